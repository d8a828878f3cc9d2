import type { NewEvent } from '../contract/event.ts';
import type { Report } from '../contract/message.ts';

/** A text as a part of a key: letters, digits, `_` and `-`. */
export function keyPart(text: string): string {
  return text.replaceAll(/[^\w-]/g, '_');
}

/**
 * A report as an event of the ledger: it is kept, delivered and retried like any other, and its key makes sure that it
 * is sent once.
 *
 * @param key identifies the occasion, such as `report_digest_2026-10-10`
 * @param destinations names of the destinations that get it
 * @param now milliseconds since 1970
 * @param source of the experience that the report is about
 */
export function reportEvent(
  key: string,
  report: Report,
  destinations: readonly string[],
  now: number,
  source = 'receiver',
): NewEvent {
  return {
    key,
    source,
    origin: 'report',
    action: null,
    experienceId: report.experienceId,
    experienceName: report.title,
    organizationId: null,
    occurredAt: now,
    receivedAt: now,
    body: Buffer.from(JSON.stringify(report)),
    headers: {},
    problem: null,
    deliveries: destinations.map((destination) => ({
      destination,
      route: report.topic,
      dueAt: now,
      quietMs: null,
    })),
  };
}
