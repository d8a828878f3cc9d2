import { expect, test } from '@jest/globals';
import { askedDelay, RateBudget } from '../../shared/intelligems-rate.ts';
import type { ApiResponse } from '../../shared/intelligems-transport.ts';

const MINUTES_20 = 20 * 60_000;

/** An answer of a server whose clock is ahead of this machine's by this many milliseconds. */
function answer(status: number, ahead: number, headers: Record<string, string>): ApiResponse {
  const all: Record<string, string> = { date: new Date(Date.now() + ahead).toUTCString(), ...headers };
  return { answered: true, status, header: (name) => all[name] ?? null, text: '{}' };
}

test.each([0, MINUTES_20, -MINUTES_20])(
  'the wait for a refill is by the server’s clock, which is %d ms ahead',
  (ahead) => {
    const budget = new RateBudget();
    expect(budget.take(0)).toBe(0);
    const reset = String(Date.now() + ahead + 20_000);
    budget.settle(answer(200, ahead, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }), 100);
    const wait = budget.take(100);
    expect(wait).toBeGreaterThan(17_000);
    expect(wait).toBeLessThan(23_000);
    expect(budget.take(100 + 23_000)).toBe(0);
  },
);

test('the wait for a refill is never longer than the API’s own period', () => {
  const budget = new RateBudget();
  budget.take(0);
  const reset = String(Date.now() + 86_400_000);
  budget.settle(answer(200, 0, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }), 0);
  expect(budget.take(0)).toBeLessThanOrEqual(30_000);
});

test('a 429 is waited out by Retry-After, else by the reset, by the server’s clock', () => {
  const reset = String(Date.now() + MINUTES_20 + 20_000);
  expect(askedDelay(answer(429, 0, { 'retry-after': '1.5', 'x-ratelimit-reset': reset }))).toBe(1_500);
  const asked = askedDelay(answer(429, MINUTES_20, { 'x-ratelimit-reset': reset }));
  expect(asked).toBeGreaterThan(17_000);
  expect(asked).toBeLessThan(23_000);
  expect(askedDelay(answer(429, 0, {}))).toBeNull();
});
