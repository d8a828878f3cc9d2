import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryDelay, storageDelay } from '../../../receivers/delivery/backoff.ts';

describe('the pause before another attempt', () => {
  const policy = fc.record({
    maxAttempts: fc.constant(8),
    firstRetryMs: fc.integer({ min: 10, max: 86_400_000 }),
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    giveUpAfterMs: fc.constant(1),
  });
  const attempt = fc.integer({ min: 1, max: 100 });
  const random = fc.double({ min: 0, max: 1, noNaN: true });

  test('the pause before another attempt is a whole number of milliseconds, at most a day', () => {
    fc.assert(
      fc.property(policy, attempt, random, (given, number, drawn) => {
        const pause = retryDelay(number, given, drawn);
        expect(Number.isSafeInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThan(0);
        expect(pause).toBeLessThanOrEqual(86_400_000);
      }),
    );
  });

  test('the pause never gets shorter from one attempt to the next, and varies by up to a fifth', () => {
    fc.assert(
      fc.property(policy, attempt, random, (given, number, drawn) => {
        expect(retryDelay(number + 1, given, drawn)).toBeGreaterThanOrEqual(retryDelay(number, given, drawn));
        const [least, middle, most] = [0, 0.5, 1].map((each) => retryDelay(number, given, each)) as [
          number,
          number,
          number,
        ];
        expect(least / middle).toBeCloseTo(0.8, 0);
        expect(most).toBeLessThanOrEqual(Math.ceil(1.2 * middle) + 1);
      }),
    );
  });

  test('the pauses add up to more than a day over five attempts with the default settings', () => {
    const given = { maxAttempts: 8, firstRetryMs: 10_000, factor: 5, giveUpAfterMs: 48 * 3_600_000 };
    const sum = (attempts: number): number =>
      Array.from({ length: attempts - 1 }, (_, index) => retryDelay(index + 1, given, 0)).reduce(
        (total, pause) => total + pause,
        0,
      );
    expect(sum(5)).toBeLessThan(24 * 3_600_000);
    expect(sum(8)).toBeGreaterThan(24 * 3_600_000);
  });
});

test('the pause after a failure of the receiver’s storage doubles, from 5 seconds to 5 minutes', () => {
  expect([1, 2, 3, 6, 7, 1_000].map(storageDelay)).toEqual([
    5_000, 10_000, 20_000, 160_000, 300_000, 300_000,
  ]);
});
