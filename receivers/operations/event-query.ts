import { z } from 'zod';
import { ACTIONS } from '../../shared/events.ts';
import { writtenTime } from '../base/written-time.ts';
import { DELIVERY_STATES } from '../contract/delivery.ts';
import type { EventFilter } from '../contract/ledger-reader.ts';

/** Events on a page, unless somebody asks for another number. */
export const PAGE_SIZE = 50;

export const ORIGINS = ['webhook', 'recovered', 'test', 'report'] as const;

/** A field that may be missing. An empty field of a form counts as missing. */
export function optional<Value extends z.ZodType>(value: Value) {
  return z.preprocess((written) => (written === '' ? undefined : written), value.optional());
}

function oneOf(values: readonly string[]): string {
  return `Use one of ${values.join(', ')}.`;
}

/** A time or a day, as {@link writtenTime} reads it; gives milliseconds since 1970. */
export const time = z.string().transform((written, context) => {
  const at = writtenTime(written);
  if (at === null) {
    context.addIssue('Use a time such as 2026-10-10T12:00:00Z, or a day such as 2026-10-10.');
    return z.NEVER;
  }
  return at;
});

/** The filters for events: of the API, the event list's form, and the command line. */
export const eventQuery = z.object({
  search: optional(z.string().trim().max(200)).describe(
    'Part of an experience’s name, its id, or an event’s key.',
  ),
  action: optional(z.enum(ACTIONS, oneOf(ACTIONS))).describe('One of the six actions.'),
  experience: optional(z.string().max(200)).describe('The id of an experience.'),
  source: optional(z.string().max(64)).describe('The name of a source.'),
  destination: optional(z.string().max(64)).describe('The name of a destination that it has a delivery for.'),
  state: optional(z.enum(DELIVERY_STATES, oneOf(DELIVERY_STATES))).describe(
    'The state of one of its deliveries.',
  ),
  origin: optional(z.enum(ORIGINS, oneOf(ORIGINS))).describe('How it arrived.'),
  problem: optional(z.enum(['true', 'false'])).describe('true for unrecognized events.'),
  from: optional(time).describe('Received at this time or later: ISO 8601, or a day in UTC.'),
  to: optional(time).describe('Received before this time.'),
  before: optional(z.coerce.number().int().positive()).describe(
    'Accepted before the event with this sequence: the next page.',
  ),
  limit: optional(z.coerce.number().int().min(1).max(500)).describe(
    `Maximum number of events, newest first. Default: ${PAGE_SIZE}.`,
  ),
});

export type EventQuery = z.output<typeof eventQuery>;

/** The ledger's filter for a query. */
export function eventFilter(query: EventQuery): EventFilter {
  const filter = {
    search: query.search,
    action: query.action,
    experienceId: query.experience,
    source: query.source,
    destination: query.destination,
    state: query.state,
    origin: query.origin,
    problem: query.problem === undefined ? undefined : query.problem === 'true',
    receivedFrom: query.from,
    receivedTo: query.to,
    beforeSequence: query.before,
  };
  const set = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(set), limit: query.limit ?? PAGE_SIZE };
}

/** A query string with the fields that are set; empty if there are none. */
export function queryString(query: Readonly<Record<string, unknown>>): string {
  const set = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
