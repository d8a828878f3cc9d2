import { parseEvent, triggeredBy } from '../../shared/events.ts';
import { type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';

type Reader = Pick<LedgerReader, 'events' | 'event'>;

/** How many events are read at once. */
const PAGE = 50;

/** How many events of one action are looked at, at most: a Zap that wants few must not have all of them read. */
const LOOKED_AT = 1_000;

/**
 * The last real events that pass the filter, as Zapier gets them, newest first: no tests, no reports, nothing
 * unknown.
 */
export async function recentEvents(
  ledger: Reader,
  filter: ZapierFilter,
  limit: number,
): Promise<ZapierEvent[]> {
  const actions = filter.actions.length === 0 ? [undefined] : [...new Set(filter.actions)];
  const found = await Promise.all(actions.map((action) => newest(ledger, filter, action, limit)));
  return found
    .flat()
    .sort((one, other) => other.sequence - one.sequence)
    .slice(0, limit)
    .map(({ event }) => event);
}

interface Found {
  sequence: number;
  event: ZapierEvent;
}

/** The newest events of one action, or of all, that pass the filter. */
async function newest(
  ledger: Reader,
  filter: ZapierFilter,
  action: string | undefined,
  limit: number,
): Promise<Found[]> {
  const found: Found[] = [];
  let beforeSequence: number | undefined;
  for (let looked = 0; looked < LOOKED_AT && found.length < limit; looked += PAGE) {
    const page = await ledger.events({
      action,
      experienceId: filter.experienceId ?? undefined,
      problem: false,
      beforeSequence,
      limit: PAGE,
    });
    const real = page.filter(({ origin }) => origin === 'webhook' || origin === 'recovered');
    const stored = await Promise.all(real.map(({ key }) => ledger.event(key)));
    found.push(
      ...stored
        .flatMap((each) => (each === null ? [] : foundEvent(each)))
        .filter(({ event }) => passesFilter(event, filter)),
    );
    beforeSequence = page.at(-1)?.sequence;
    if (page.length < PAGE) {
      break;
    }
  }
  return found;
}

function foundEvent(stored: StoredEvent): Found[] {
  const parsed = parseEvent(stored.body);
  if (!parsed.ok) {
    return [];
  }
  const event = zapierEvent({
    id: stored.key,
    event: parsed.event,
    triggeredBy: triggeredBy(parsed.event) ?? stored.triggeredBy,
    receivedAt: stored.receivedAt,
    recovered: stored.origin === 'recovered',
  });
  return [{ sequence: stored.sequence, event }];
}
