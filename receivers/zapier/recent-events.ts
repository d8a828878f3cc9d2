import { type Action, parseEvent, triggeredBy } from '../../shared/events.ts';
import { type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import type { StoredEvent } from '../ledger/contract.ts';
import type { LedgerReader } from '../ledger/reading.ts';

/** How many events are looked at for each that is wanted: some may be tests or reports. */
const LOOKED_AT = 4;

/**
 * The last real events as Zapier gets them, newest first: no tests, no reports, nothing unknown.
 *
 * @param actions empty for all
 */
export async function recentEvents(
  ledger: Pick<LedgerReader, 'events' | 'event'>,
  actions: readonly Action[],
  limit: number,
): Promise<ZapierEvent[]> {
  const wanted = actions.length === 0 ? [undefined] : actions;
  const lists = await Promise.all(
    wanted.map((action) => ledger.events({ action, problem: false, limit: limit * LOOKED_AT })),
  );
  const newest = lists
    .flat()
    .filter(({ origin }) => origin === 'webhook' || origin === 'recovered')
    .sort((one, other) => other.sequence - one.sequence)
    .slice(0, limit);
  const stored = await Promise.all(newest.map(({ key }) => ledger.event(key)));
  return stored.flatMap((each) => (each === null ? [] : storedZapierEvent(each)));
}

function storedZapierEvent(stored: StoredEvent): ZapierEvent[] {
  const parsed = parseEvent(stored.body);
  if (!parsed.ok) {
    return [];
  }
  return [
    zapierEvent({
      id: stored.key,
      event: parsed.event,
      triggeredBy: triggeredBy(parsed.event) ?? stored.triggeredBy,
      receivedAt: stored.receivedAt,
      recovered: stored.origin === 'recovered',
    }),
  ];
}
