import { mock } from 'node:test';
import { expect, test } from '@jest/globals';
import { LoginLimit } from '../../../receivers/console/access/login-limit.ts';

test('an address with too many wrong tokens waits ten minutes, and other addresses do not', () => {
  let now = 1_000;
  const limit = new LoginLimit(() => now);
  for (let tries = 0; tries < 8; tries += 1) {
    limit.failed('a');
  }
  expect(limit.waitSeconds('a')).toBe(600);
  expect(limit.waitSeconds('b')).toBe(0);
  now = 601_000;
  expect(limit.waitSeconds('a')).toBe(0);
  now = 700_000;
  limit.failed('a');
  expect(limit.waitSeconds('a')).toBe(0);
});

test('setting the system clock neither lengthens nor ends the wait', () => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  try {
    const limit = new LoginLimit();
    for (let tries = 0; tries < 8; tries += 1) {
      limit.failed('a');
    }
    for (const jump of [-3_600_000, 2 * 3_600_000]) {
      mock.timers.setTime(Date.now() + jump);
      expect(limit.waitSeconds('a')).toBeGreaterThan(590);
      expect(limit.waitSeconds('a')).toBeLessThanOrEqual(600);
    }
  } finally {
    mock.timers.reset();
  }
});
