import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DestinationHealth } from '../../../receivers/contract/delivery.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { newHealth } from '../../../receivers/ledger/health.ts';

const RETRY: Outcome = { type: 'retry', reason: 'It answered 500.' };
const DEAD: Outcome = { type: 'dead', reason: 'The channel is gone.' };
const DONE: Outcome = { type: 'done' };

describe('the circuit breaker', () => {
  const POLICY = { failures: 3, firstPauseMs: 1_000, longestPauseMs: 5_000 };
  const rule = circuitBreaker(POLICY);

  /** The health after outcomes at these times. */
  function healthAfter(...outcomes: [outcome: Outcome, now: number][]): DestinationHealth {
    return outcomes.reduce((health, [outcome, now]) => rule(health, outcome, now), newHealth('slack'));
  }

  test('the circuit breaker pauses after the set number of failures in a row, then allows one probe', () => {
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

  test('a success resets the circuit breaker’s count of failures', () => {
    expect(healthAfter([RETRY, 1], [RETRY, 2], [DONE, 3], [RETRY, 4], [RETRY, 5])).toMatchObject({
      failures: 2,
      failingSince: 4,
      pausedUntil: 0,
    });
  });

  test('the circuit breaker pauses twice as long after each failed probe, up to a limit', () => {
    let health = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    const pauses: number[] = [];
    for (let probes = 0; probes < 5; probes += 1) {
      const now = health.pausedUntil;
      health = rule(health, RETRY, now);
      pauses.push(health.pausedUntil - now);
    }
    expect(pauses).toEqual([2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  test('an attempt that began before a pause does not make the pause longer', () => {
    const paused = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    expect(rule(paused, RETRY, 1).pausedUntil).toBe(paused.pausedUntil);
  });

  test('a successful probe ends the pause', () => {
    expect(healthAfter([RETRY, 1], [RETRY, 2], [RETRY, 3], [DONE, 2_000])).toMatchObject({
      failures: 0,
      failingSince: null,
      probing: false,
      pausedUntil: 0,
      pauseReason: null,
      lastSuccessAt: 2_000,
    });
  });

  test('a rate limit pauses for as long as it says and is not a failure', () => {
    const limit: Outcome = { ...RETRY, rateLimited: true, delayMs: 7_000 };
    expect(healthAfter([limit, 10])).toMatchObject({ failures: 0, failingSince: null, pausedUntil: 7_010 });
    const endless: Outcome = { ...RETRY, rateLimited: true, delayMs: 9e15 };
    expect(healthAfter([endless, 10]).pausedUntil).toBe(86_400_010);
    expect(healthAfter([limit, 10], [DONE, 20]).pausedUntil).toBe(7_010);
  });

  test('waiting for something that is not ready is not a failure', () => {
    expect(healthAfter([RETRY, 1], [{ ...RETRY, waiting: true }, 2])).toMatchObject({ failures: 0 });
    expect(healthAfter([RETRY, 1], [{ ...RETRY, progressed: true }, 2])).toMatchObject({ failures: 0 });
  });

  test('a fault of the receiver itself does not change the circuit breaker', () => {
    const ownFault: Outcome = { ...RETRY, ownFault: true };
    const failing = healthAfter([RETRY, 0], [RETRY, 0], [RETRY, 0]);
    expect(rule(failing, ownFault, 5_000)).toEqual(failing);
    expect(healthAfter([ownFault, 0], [ownFault, 0], [ownFault, 0])).toMatchObject({
      failures: 0,
      pausedUntil: 0,
      lastSuccessAt: null,
    });
  });

  test('a permanent refusal counts as a failure but does not pause the destination', () => {
    const outcomes: [Outcome, number][] = Array.from({ length: 10 }, (_, index) => [DEAD, index]);
    expect(healthAfter(...outcomes)).toMatchObject({
      failures: 10,
      failingSince: 0,
      pausedUntil: 0,
      probing: false,
    });
  });

  test('no pause is longer than the limit, and each one ends', () => {
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
