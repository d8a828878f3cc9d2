import { describe, expect, test } from '@jest/globals';
import { pause, Quota } from '../../../../receivers/destinations/sheets/quota.ts';

const MINUTE_MS = 60_000;

/** The times of `count` calls, each made as soon as the pause allows. */
function calls(count: number, perMinute: number): number[] {
  const times: number[] = [];
  let now = 1_000_000;
  for (let call = 0; call < count; call += 1) {
    now += pause(times, now, perMinute);
    times.push(now);
  }
  return times;
}

describe('the pause before a call', () => {
  test.each([1, 2, 7, 60, 300])('no minute has more than %d calls', (perMinute) => {
    const times = calls(perMinute * 5, perMinute);
    for (const time of times) {
      const within = times.filter((other) => other > time - MINUTE_MS && other <= time);
      expect(within.length).toBeLessThanOrEqual(perMinute);
    }
  });

  test('a few calls go at once, and many calls are spread over the minute', () => {
    const times = calls(300, 60);
    expect(times[29]).toBe(times[0]);
    const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]!));
    expect(longest).toBeLessThanOrEqual(2_000);
  });

  test('a minute without calls makes room again', () => {
    const times = calls(60, 60);
    expect(pause(times, times.at(-1)! + MINUTE_MS, 60)).toBe(0);
  });
});

test('processes that share a quota each use their share of it', async () => {
  const stopped = AbortSignal.abort();
  const alone = new Quota(4);
  const shared = new Quota(4, () => 2);
  await Promise.all([alone.take(stopped), shared.take(stopped)]);
  await expect(alone.ready(stopped)).resolves.toBeUndefined();
  await expect(shared.ready(stopped)).rejects.toThrow(/aborted/);
});

test('setting the clock back an hour does not make a row wait for an hour', async () => {
  const quota = new Quota(6_000);
  const never = new AbortController().signal;
  for (let call = 0; call < 3_000; call += 1) {
    await quota.take(never);
  }
  const real = Date.now;
  Date.now = () => real() - 3_600_000;
  try {
    await expect(quota.ready(AbortSignal.timeout(2_000))).resolves.toBeUndefined();
  } finally {
    Date.now = real;
  }
});
