import type { EventSummary } from '../../contract/ledger-reader.ts';
import type { Operations } from '../../operations/operations.ts';

/** The newest event that a webhook brought; null if there is none. Tests do not count. */
export async function lastWebhook(operations: Pick<Operations, 'events'>): Promise<EventSummary | null> {
  const [last] = await operations.events({ origin: 'webhook', limit: 1 });
  return last ?? null;
}
