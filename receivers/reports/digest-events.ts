import { ACTIONS, type Action } from '../../shared/events.ts';
import { type CalendarDay, instantOf } from '../base/zoned-time.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import { firstOfSameAction } from '../delivery/same-action.ts';
import { REPORTS } from './remembered.ts';

/** How many events are read at once. */
const PAGE = 500;

/** How long before its day a missed event of a digest may have happened, milliseconds. */
const LONGEST_AGO_MS = 7 * 24 * 3_600_000;

/** The fact that holds the key of the newest event when the last digest was made. */
const LAST_EVENT = 'digest-event';

/** Two sources may have an experience with the same id. */
export function identityOf({ source, experienceId }: Pick<EventSummary, 'source' | 'experienceId'>): string {
  return experienceKey(source, experienceId ?? '');
}

/**
 * The events of the digest of a day, oldest first and each action once, and the facts to remember with it.
 *
 * @param handledUntil the first day that no digest has been made of
 */
export async function eventsForDigest(
  ledger: Pick<Ledger, 'event' | 'events' | 'recall'>,
  day: CalendarDay,
  handledUntil: CalendarDay,
  timeZone: string,
): Promise<{ events: EventSummary[]; remember: Record<string, string> }> {
  const [newest] = await ledger.events({ limit: 1 });
  if (newest === undefined) {
    return { events: [], remember: {} };
  }
  const [receivedFrom, receivedTo, missedTo] = [day, day + 1, handledUntil].map((each) =>
    instantOf(each, 0, timeZone),
  ) as [number, number, number];
  const beforeSequence = newest.sequence + 1;
  const ofDay = await eventsOf(ledger, { beforeSequence, receivedFrom, receivedTo });
  const missed = await missedEvents(ledger, { beforeSequence, receivedTo: missedTo });
  return { events: eachActionOnce([...missed, ...ofDay]), remember: { [LAST_EVENT]: newest.key } };
}

/** Which events to read: the sequence and the times, milliseconds since 1970, that they lie before or after. */
interface Span {
  beforeSequence: number;
  afterSequence?: number;
  receivedFrom?: number;
  receivedTo: number;
}

/**
 * The events of days whose digest had already been made when they were stored: the clock was behind when they came, or
 * ahead when the digest was made. What happened longer ago, such as imported history, is left out.
 */
async function missedEvents(ledger: Pick<Ledger, 'event' | 'events' | 'recall'>, span: Span) {
  const last = await ledger.recall(REPORTS, LAST_EVENT);
  const newestThen = last === null ? null : await ledger.event(last);
  if (newestThen === null) {
    return [];
  }
  const events = await eventsOf(ledger, { ...span, afterSequence: newestThen.sequence });
  const since = span.receivedTo - LONGEST_AGO_MS;
  return events.filter(({ occurredAt, receivedAt }) => (occurredAt ?? receivedAt) >= since);
}

/** The events of experiences in a span, oldest first. */
async function eventsOf(
  ledger: Pick<Ledger, 'events'>,
  { afterSequence = 0, ...span }: Span,
): Promise<EventSummary[]> {
  const found: EventSummary[] = [];
  for (let { beforeSequence } = span; beforeSequence > afterSequence + 1; ) {
    const page = await ledger.events({ ...span, beforeSequence, problem: false, limit: PAGE });
    found.push(...page.filter((event) => event.sequence > afterSequence && isOfExperience(event)));
    beforeSequence = page.length < PAGE ? 0 : (page.at(-1)?.sequence ?? 0);
  }
  return found.reverse();
}

function isOfExperience({ origin, action }: EventSummary): boolean {
  return (origin === 'webhook' || origin === 'recovered') && ACTIONS.includes(action as Action);
}

function eachActionOnce(events: readonly EventSummary[]): EventSummary[] {
  const byExperience = Map.groupBy(events, identityOf);
  return events.filter(
    (event) => firstOfSameAction(event, byExperience.get(identityOf(event)) ?? []) === null,
  );
}
