import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isRecord } from '../../shared/events.ts';

/** The name of the experience in a test event: nobody should take it for one of theirs. */
const TEST_NAME = 'Test from the console: Backpack price test';

/**
 * A sample webhook's body as if it happened at `now` (milliseconds since 1970) to an experience that nobody
 * has seen before.
 */
export function testBody(now: number): Buffer {
  const file = new URL('../../shared/samples/start.json', import.meta.url);
  const sample: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  const by = now - Number(sample.timestamp);
  const moved: Record<string, unknown> = JSON.parse(JSON.stringify(sample), (field, value) =>
    typeof value === 'number' && /^(timestamp|\w+Ts)$/.test(field) ? value + by : value,
  );
  const experience = isRecord(moved.experience) ? moved.experience : {};
  return Buffer.from(
    JSON.stringify({ ...moved, experience: { ...experience, id: randomUUID(), name: TEST_NAME } }),
  );
}
