import { expect, test } from '@jest/globals';
import { LoginLimit } from '../../../receivers/console/access/login-limit.ts';

test('an address with too many wrong tokens waits ten minutes, and other addresses do not', () => {
  const limit = new LoginLimit();
  for (let tries = 0; tries < 8; tries += 1) {
    limit.failed('a', 1_000);
  }
  expect(limit.waitSeconds('a', 1_000)).toBe(600);
  expect(limit.waitSeconds('b', 1_000)).toBe(0);
  expect(limit.waitSeconds('a', 601_000)).toBe(0);
  limit.failed('a', 700_000);
  expect(limit.waitSeconds('a', 700_000)).toBe(0);
});
