import type { StoredEvent } from '../contract/event.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  ExportedDelivery,
  ExportedEvent,
} from '../contract/ledger-reader.ts';
import type { DeliveryEffect } from './described-destinations.ts';
import type { EventFacts } from './event-facts.ts';

/** An event as JSON: its body as text if it is UTF-8, else in base64. */
export type EventRecord = Omit<StoredEvent, 'body'> & { body: string; bodyEncoding: 'utf8' | 'base64' };

/** A delivery with all its attempts. */
export interface DeliveryStory extends DeliveryRecord {
  /** What people call its destination. */
  title: string;
  effect: DeliveryEffect;
  /** Why it was made, in a few words. */
  cause: string;
  attemptRecords: AttemptRecord[];
}

/** An event with its deliveries, as the API gives it. */
export interface EventStory {
  event: EventRecord & EventFacts;
  deliveries: DeliveryStory[];
}

/** A line of an export. */
export interface ExportedStory {
  event: EventRecord;
  deliveries: ExportedDelivery[];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A stored event as JSON. */
export function eventRecord({ body, ...event }: StoredEvent): EventRecord {
  try {
    return { ...event, body: decoder.decode(body), bodyEncoding: 'utf8' };
  } catch {
    return { ...event, body: Buffer.from(body).toString('base64'), bodyEncoding: 'base64' };
  }
}

/** The raw bytes of an event's body. */
export function bodyBytes({ body, bodyEncoding }: Pick<EventRecord, 'body' | 'bodyEncoding'>): Buffer {
  return Buffer.from(body, bodyEncoding);
}

/** An event of an export as JSON. */
export function exportedStory({ deliveries, ...event }: ExportedEvent): ExportedStory {
  return { event: eventRecord(event), deliveries };
}
