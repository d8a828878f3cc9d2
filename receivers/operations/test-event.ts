import { randomUUID } from 'node:crypto';
import { sampleAt, withExperience } from './samples.ts';

/** The name of the experience in a test event: nobody should take it for one of theirs. */
const TEST_NAME = 'Test from the console: Backpack price test';

/**
 * A sample webhook's body as if it happened at `now` (milliseconds since 1970) to an experience that nobody
 * has seen before.
 */
export function testBody(now: number): Buffer {
  return Buffer.from(
    JSON.stringify(withExperience(sampleAt('start', now), { id: randomUUID(), name: TEST_NAME })),
  );
}
