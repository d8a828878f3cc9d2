import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DestinationHealth } from '../../../receivers/contract/delivery.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { alertFor } from '../../../receivers/delivery/alerts.ts';
import { retryDelay } from '../../../receivers/delivery/backoff.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { newHealth } from '../../../receivers/ledger/health.ts';

const RETRY: Outcome = { type: 'retry', reason: 'It answered 500.' };
const DEAD: Outcome = { type: 'dead', reason: 'The channel is gone.' };
const DONE: Outcome = { type: 'done' };

describe('the pause before another attempt', () => {
  const policy = fc.record({
    maxAttempts: fc.constant(8),
    firstRetryMs: fc.integer({ min: 10, max: 86_400_000 }),
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    giveUpAfterMs: fc.constant(1),
  });
  const attempt = fc.integer({ min: 1, max: 100 });
  const random = fc.double({ min: 0, max: 1, noNaN: true });

  test('is a whole number of milliseconds, and at most a day and a fifth', () => {
    fc.assert(
      fc.property(policy, attempt, random, (given, number, drawn) => {
        const pause = retryDelay(number, given, drawn);
        expect(Number.isSafeInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThan(0);
        expect(pause).toBeLessThanOrEqual(1.2 * 86_400_000);
      }),
    );
  });

  test('never gets shorter from one attempt to the next, and varies by a fifth to either side', () => {
    fc.assert(
      fc.property(policy, attempt, random, (given, number, drawn) => {
        expect(retryDelay(number + 1, given, drawn)).toBeGreaterThanOrEqual(retryDelay(number, given, drawn));
        const [least, middle, most] = [0, 0.5, 1].map((each) => retryDelay(number, given, each)) as [
          number,
          number,
          number,
        ];
        expect(least / middle).toBeCloseTo(0.8, 0);
        expect(most / middle).toBeCloseTo(1.2, 0);
      }),
    );
  });

  test('adds up to more than a day over five attempts with the default settings', () => {
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

describe('the circuit breaker', () => {
  const POLICY = { failures: 3, firstPauseMs: 1_000, longestPauseMs: 5_000 };
  const rule = circuitBreaker(POLICY);

  /** The health after outcomes at these times. */
  function healthAfter(...outcomes: [outcome: Outcome, now: number][]): DestinationHealth {
    return outcomes.reduce((health, [outcome, now]) => rule(health, outcome, now), newHealth('slack'));
  }

  test('pauses after so many failures in a row, and then lets one probe', () => {
    expect(healthAfter([RETRY, 1], [RETRY, 2])).toMatchObject({
      failures: 2,
      pausedUntil: 0,
      probing: false,
    });
    expect(healthAfter([RETRY, 1], [RETRY, 2], [RETRY, 3])).toMatchObject({
      failures: 3,
      failingSince: 1,
      pausedUntil: 1_003,
      probing: true,
      pauseReason: 'Paused after 3 failures in a row. It answered 500.',
    });
  });

  test('a success in between begins anew', () => {
    expect(healthAfter([RETRY, 1], [RETRY, 2], [DONE, 3], [RETRY, 4], [RETRY, 5])).toMatchObject({
      failures: 2,
      failingSince: 4,
      pausedUntil: 0,
    });
  });

  test('pauses twice as long after each probe that fails, up to a limit', () => {
    let health = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    const pauses: number[] = [];
    for (let probes = 0; probes < 5; probes += 1) {
      const now = health.pausedUntil;
      health = rule(health, RETRY, now);
      pauses.push(health.pausedUntil - now);
    }
    expect(pauses).toEqual([2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  test('does not lengthen a pause by what had begun before it', () => {
    const paused = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    expect(rule(paused, RETRY, 1).pausedUntil).toBe(paused.pausedUntil);
  });

  test('a probe that succeeds ends the pause', () => {
    expect(healthAfter([RETRY, 1], [RETRY, 2], [RETRY, 3], [DONE, 2_000])).toMatchObject({
      failures: 0,
      failingSince: null,
      probing: false,
      pausedUntil: 0,
      pauseReason: null,
      lastSuccessAt: 2_000,
    });
  });

  test('a rate limit pauses for as long as it says and is no failure', () => {
    const limit: Outcome = { ...RETRY, rateLimited: true, delayMs: 7_000 };
    expect(healthAfter([limit, 10])).toMatchObject({ failures: 0, failingSince: null, pausedUntil: 7_010 });
    expect(healthAfter([{ ...RETRY, rateLimited: true }, 10]).pausedUntil).toBe(30_010);
    expect(healthAfter([limit, 10], [DONE, 20]).pausedUntil).toBe(7_010);
  });

  test('waiting for what is not there yet is no failure', () => {
    expect(healthAfter([RETRY, 1], [{ ...RETRY, waiting: true }, 2])).toMatchObject({ failures: 0 });
    expect(healthAfter([RETRY, 1], [{ ...RETRY, progressed: true }, 2])).toMatchObject({ failures: 0 });
  });

  test('a fault of the receiver itself changes nothing', () => {
    const ownFault: Outcome = { ...RETRY, ownFault: true };
    const failing = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    expect(rule(failing, ownFault, 5_000)).toEqual(failing);
    expect(healthAfter([ownFault, 0], [ownFault, 0], [ownFault, 0])).toMatchObject({
      failures: 0,
      pausedUntil: 0,
      lastSuccessAt: null,
    });
  });

  test('what is permanently refused counts as failing and pauses nothing', () => {
    const outcomes: [Outcome, number][] = Array.from({ length: 10 }, (_, index) => [DEAD, index]);
    expect(healthAfter(...outcomes)).toMatchObject({
      failures: 10,
      failingSince: 0,
      pausedUntil: 0,
      probing: false,
    });
  });

  test('whatever comes, no pause is longer than the limit, and each ends', () => {
    const outcome = fc.constantFrom(DONE, RETRY, DEAD, { ...RETRY, waiting: true } as Outcome);
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.integer({ min: 0, max: 3_000 }))), (steps) => {
        let health = newHealth('slack');
        let now = 0;
        for (const [each, elapsed] of steps) {
          now += elapsed;
          health = rule(health, each, now);
          expect(health.pausedUntil - now).toBeLessThanOrEqual(POLICY.longestPauseMs);
          expect(health.failures === 0).toBe(health.failingSince === null);
        }
        expect(rule(health, DONE, now)).toMatchObject({ failures: 0, probing: false });
      }),
    );
  });
});

describe('an alert', () => {
  const settings = { destination: 'email', afterMinutes: 30 };
  const failing: DestinationHealth = {
    ...newHealth('slack'),
    failures: 4,
    failingSince: 1_000,
    lastFailure: 'It answered 500.',
  };

  test('is raised once the destination has been failing for long enough', () => {
    expect(alertFor(newHealth('slack'), settings, 9e9)).toBeNull();
    expect(alertFor(failing, settings, 1_000 + 30 * 60_000 - 1)).toBeNull();
    const alert = alertFor(failing, settings, 1_000 + 90 * 60_000);
    expect(alert?.report.title).toBe('The destination slack has been failing for 1 h 30 min');
    expect(JSON.stringify(alert?.report)).toMatch(/4 attempts in a row failed.*It answered 500\./);
  });

  test('has the same key as long as it keeps failing, and another one the next time', () => {
    const keys = [
      alertFor(failing, settings, 9e9)?.key,
      alertFor({ ...failing, failures: 9 }, settings, 10e9)?.key,
      alertFor({ ...failing, failingSince: 2_000 }, settings, 10e9)?.key,
    ];
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  test('speaks of a single failure as one', () => {
    const { report } = alertFor({ ...failing, failures: 1 }, settings, 9e9) ?? {};
    expect(report?.summary).toMatch(/^One attempt failed\./);
  });
});
