import { describe, expect, test } from '@jest/globals';
import { boundedDelay, httpDate, retryAfterMs } from '../../shared/retry-after.ts';

const NOW = Date.UTC(2026, 10, 27, 5, 0, 0);
const DAY_MS = 86_400_000;

describe('Retry-After', () => {
  test.each([
    ['30', 30_000],
    [' 30 ', 30_000],
    ['0', 1_000],
    ['-5', 1_000],
    ['1.5', 1_500],
    ['0.2', 1_000],
    ['7.1234567', 7_124],
    ['30, 30', 30_000],
    ['86400', DAY_MS],
    // https://github.com/carloluisito/omnidesk/pull/146
    ['9999999999', DAY_MS],
    ['9'.repeat(400), DAY_MS],
    ['Fri, 27 Nov 2026 05:02:00 GMT', 120_000],
    ['Friday, 27-Nov-26 05:02:00 GMT', 120_000],
    ['Fri Nov 27 05:02:00 2026', 120_000],
    ['Fri, 27 Nov 2026 05:02:00 +0000', 120_000],
    ['2026-11-27T06:02:00+01:00', 120_000],
    ['Thu, 26 Nov 2026 05:00:00 GMT', 1_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 1_000],
    ['Sat, 27 Nov 2027 05:00:00 GMT', DAY_MS],
  ])('a Retry-After of %s waits %d ms', (value, ms) => {
    expect(retryAfterMs(value, null, NOW)).toBe(ms);
  });

  test.each([
    null,
    '',
    ' ',
    'soon',
    '1e3',
    'Infinity',
    'NaN',
    '0x10',
    'Fri, 27 Foo 2026 05:02:00 GMT',
    '5 minutes',
  ])('a Retry-After of %j cannot be read', (value) => {
    expect(retryAfterMs(value, null, NOW)).toBeNull();
  });

  // https://github.com/wso2/carbon-apimgt/pull/7059: a comment asks for seconds because clocks differ.
  test('a Retry-After with a date is compared with the response’s own clock', () => {
    const value = 'Fri, 27 Nov 2026 05:02:00 GMT';
    const date = 'Fri, 27 Nov 2026 05:01:50 GMT';
    expect(retryAfterMs(value, date, NOW - DAY_MS)).toBe(10_000);
    expect(retryAfterMs(value, 'nonsense', NOW)).toBe(120_000);
  });
});

test('an HTTP date is in UTC in each of its forms', () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37);
  expect(httpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(time);
  expect(httpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(time);
  expect(httpDate('Sun Nov  6 08:49:37 1994')).toBe(time);
});

test('a wait in a response’s body has the same limits', () => {
  expect([0, 1_500.2, 1e12, Number.POSITIVE_INFINITY].map(boundedDelay)).toEqual([
    1_000,
    1_501,
    DAY_MS,
    DAY_MS,
  ]);
});
