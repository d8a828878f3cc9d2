import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isRecord } from '../../shared/events.ts';

/** The sample webhooks of one experience, in the order in which they happened. */
export const SAMPLES = ['create', 'start', 'update', 'pause', 'end', 'delete'] as const;

export type SampleName = (typeof SAMPLES)[number];

/** A sample as the vendor sent it: raw bytes. */
export function sampleBytes(name: SampleName): Buffer {
  return readFileSync(new URL(`../../shared/samples/${name}.json`, import.meta.url));
}

/** A sample as if it happened at `now` (milliseconds since 1970). */
export function sampleAt(name: SampleName, now: number): Record<string, unknown> {
  const sample = parsed(name);
  return movedBy(sample, now - Number(sample.timestamp));
}

/** All samples in order as the life of a new experience, of which the last event happened at `now`. */
export function sampleLife(now: number): { name: SampleName; payload: Record<string, unknown> }[] {
  const samples = SAMPLES.map((name) => ({ name, payload: parsed(name) }));
  const by = now - Number(samples.at(-1)?.payload.timestamp);
  const id = randomUUID();
  return samples.map(({ name, payload }) => ({
    name,
    payload: withExperience(movedBy(payload, by), { id }),
  }));
}

/** The payload with some fields of its experience replaced. */
export function withExperience(
  payload: Record<string, unknown>,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  return {
    ...payload,
    experience: { ...(isRecord(payload.experience) ? payload.experience : {}), ...fields },
  };
}

function parsed(name: SampleName): Record<string, unknown> {
  return JSON.parse(sampleBytes(name).toString());
}

/** The payload with all its times moved by some milliseconds. */
function movedBy(payload: Record<string, unknown>, by: number): Record<string, unknown> {
  return JSON.parse(JSON.stringify(payload), (field, value) =>
    typeof value === 'number' && /^(timestamp|\w+Ts)$/.test(field) ? value + by : value,
  );
}
