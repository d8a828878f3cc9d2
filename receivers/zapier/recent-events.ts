import { type ExperienceEvent, parseEvent, triggeredBy } from '../../shared/events.ts';
import { type ExperienceAddresses, experienceLink } from '../../shared/experience-link.ts';
import { type ChangedSettings, type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import { describeChanges } from '../experience/changes.ts';
import { changedSettings, documentOf } from './changed-settings.ts';

type Reader = Pick<LedgerReader, 'events' | 'event'>;

/** How many events are read at once. */
const PAGE = 50;

/** How many events of one action are searched, at most: a Zap that wants few must not read all of them. */
const SEARCHED = 1_000;

export interface Wanted {
  filter: ZapierFilter;
  source: string;
  /** Null for any. */
  organizationId: string | null;
  limit: number;
}

/**
 * The newest real events that pass the filter, as Zapier gets them, newest first: no tests, no reports, nothing
 * unknown.
 *
 * @param addresses where people open an experience in Intelligems
 */
export async function recentEvents(
  ledger: Reader,
  addresses: ExperienceAddresses,
  wanted: Wanted,
): Promise<ZapierEvent[]> {
  const { actions } = wanted.filter;
  const each = actions.length === 0 ? [undefined] : [...new Set(actions)];
  const found = await Promise.all(each.map((action) => newest(ledger, addresses, wanted, action)));
  return found
    .flat()
    .sort((one, other) => other.sequence - one.sequence)
    .slice(0, wanted.limit)
    .map(({ event }) => event);
}

interface Found {
  sequence: number;
  event: ZapierEvent;
}

/** The newest events of one action, or of all, that pass the filter. */
async function newest(
  ledger: Reader,
  addresses: ExperienceAddresses,
  { filter, source, organizationId, limit }: Wanted,
  action: string | undefined,
): Promise<Found[]> {
  const found: Found[] = [];
  let beforeSequence: number | undefined;
  for (let searched = 0; searched < SEARCHED && found.length < limit; searched += PAGE) {
    const page = await ledger.events({
      action,
      source,
      experienceId: filter.experienceId ?? undefined,
      problem: false,
      beforeSequence,
      limit: PAGE,
    });
    const real = page.filter(
      (event) =>
        (event.origin === 'webhook' || event.origin === 'recovered') &&
        isOfOrganization(event.organizationId, organizationId),
    );
    const read = await Promise.all(real.map(({ key }) => foundEvent(ledger, addresses, key)));
    found.push(...read.flat().filter(({ event }) => passesFilter(event, filter)));
    beforeSequence = page.at(-1)?.sequence;
    if (page.length < PAGE) {
      break;
    }
  }
  return found;
}

/** Whether something belongs to an organization, as far as both are known. */
export function isOfOrganization(own: string | null | undefined, wanted: string | null): boolean {
  return wanted === null || own == null || own === wanted;
}

async function foundEvent(ledger: Reader, addresses: ExperienceAddresses, key: string): Promise<Found[]> {
  const stored = await ledger.event(key);
  const parsed = stored === null ? null : parseEvent(stored.body);
  if (stored === null || !parsed?.ok) {
    return [];
  }
  const { event } = parsed;
  const zapier = zapierEvent({
    id: stored.key,
    event,
    triggeredBy: triggeredBy(event) ?? stored.triggeredBy,
    receivedAt: stored.receivedAt,
    recovered: stored.origin === 'recovered',
    link: experienceLink(event.experience, addresses),
    changed: event.action === 'updateExperience' ? await changedSince(ledger, stored, event) : undefined,
  });
  return [{ sequence: stored.sequence, event: zapier }];
}

/** What an update changed, compared with the event that was accepted before it; undefined if there is none. */
async function changedSince(
  ledger: Reader,
  { source, experienceId, sequence }: StoredEvent,
  event: ExperienceEvent,
): Promise<ChangedSettings | undefined> {
  const [before] = await ledger.events({
    source,
    experienceId: experienceId ?? undefined,
    problem: false,
    beforeSequence: sequence,
    limit: 1,
  });
  const stored = before === undefined ? null : await ledger.event(before.key);
  const parsed = stored === null ? null : parseEvent(stored.body);
  if (!parsed?.ok) {
    return undefined;
  }
  const changes = describeChanges(documentOf(parsed.event), documentOf(event), event.action);
  return changedSettings(changes, parsed.event.experience, event.experience);
}
