import { setImmediate } from 'node:timers/promises';
import type { Ledger } from '../contract/ledger.ts';
import type { EventFilter } from '../contract/ledger-reader.ts';
import { deliveryCause } from './delivery-cause.ts';
import { deliveryEffect, describedByName } from './described-destinations.ts';
import { EventFactsReader, type ListedEvent } from './event-facts.ts';
import { type EventStory, type ExportedStory, eventRecord, exportedStory } from './records.ts';
import type { OperationServices } from './services.ts';

/** Events read from the ledger in one step of an export. */
const STEP = 2;

/** An export page ends once its bodies have this many bytes together. */
const PAGE_BYTES = 512 * 1_024;

export function eventOperations({
  ledger,
  destinations,
  configuration,
}: Pick<OperationServices, 'ledger' | 'destinations' | 'configuration'>) {
  const facts = new EventFactsReader({ ledger, destinations, configuration });
  return {
    events: async (filter: EventFilter) => facts.withFacts(await ledger.events(filter)),

    async event(key: string): Promise<EventStory | null> {
      const event = await ledger.event(key);
      if (event === null) {
        return null;
      }
      const deliveries = await ledger.deliveries(key);
      const stories = deliveries.map(async (delivery): Promise<EventStory['deliveries'][number]> => {
        const { title } = describedByName(delivery.destination, destinations);
        const effect = deliveryEffect(delivery.destination, destinations, configuration);
        const attemptRecords = await ledger.attempts(delivery.id);
        return { ...delivery, title, effect, cause: deliveryCause(delivery), attemptRecords };
      });
      const [{ by, store }] = (await facts.withFacts([{ ...event, deliveries: {} }])) as [ListedEvent];
      return { event: { ...eventRecord(event), by, store }, deliveries: await Promise.all(stories) };
    },

    exportPage: (afterSequence: number, limit: number) => exportPage(ledger, afterSequence, limit),
  };
}

/** Reads in small steps, so that a webhook that arrives meanwhile does not wait. */
async function exportPage(
  ledger: Pick<Ledger, 'exportPage'>,
  afterSequence: number,
  limit: number,
): Promise<ExportedStory[]> {
  const stories: ExportedStory[] = [];
  let after = afterSequence;
  let bytes = 0;
  while (stories.length < limit && bytes < PAGE_BYTES) {
    const step = await ledger.exportPage(after, Math.min(STEP, limit - stories.length));
    const last = step.at(-1);
    if (last === undefined) {
      break;
    }
    for (const event of step) {
      stories.push(exportedStory(event));
      bytes += event.body.byteLength;
      await setImmediate();
    }
    after = last.sequence;
  }
  return stories;
}
