import { randomUUID } from 'node:crypto';
import { signWebhook } from '../../shared/verifier.ts';
import { samplePayload } from '../fixtures/messages.ts';

export const BENCH_SECRET = 'a-secret-for-benchmarks';

export interface SignedEvent {
  body: string;
  headers: Record<string, string>;
}

/** How many experiences the events of a benchmark belong to: those of a large agency. */
const EXPERIENCES = 500;

/** New ids for the experiences of a benchmark. */
export function experienceIds(count = EXPERIENCES): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

/**
 * Different events with bodies of 2 KB, signed beforehand so that the load generator does not spend its
 * time on that.
 *
 * @param from the first timestamp, in milliseconds; each event's is one later
 */
export function signedEvents(count: number, from = Date.now(), ids = experienceIds()): SignedEvent[] {
  const sample = samplePayload('end');
  return Array.from({ length: count }, (_, index) => {
    const experience = { ...sample.experience, id: ids[index % ids.length] };
    const payload = { ...sample, timestamp: from + index, experience };
    const bare = JSON.stringify(payload);
    const body = JSON.stringify({ ...payload, padding: 'x'.repeat(Math.max(0, 2_048 - bare.length - 13)) });
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-intelligems-signature': signWebhook(body, BENCH_SECRET),
      },
    };
  });
}
