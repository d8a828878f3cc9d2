import { expect, test } from '@jest/globals';
import { askEach } from '../../../receivers/reports/asking.ts';
import type { Analytics } from '../../../shared/intelligems-analytics.ts';
import { type ApiFailure, unavailable } from '../../../shared/intelligems-failure.ts';

const DOWN = unavailable('Intelligems failed (status 500).');
const INVALID: ApiFailure = { reason: 'invalid', message: 'It has no analytics.', problems: [] };
const EMPTY: ApiFailure = { reason: 'rate limited', message: 'Try again later.', retryAfterMs: 30_000 };

/** Asks for the results of experiences of which some fail; tells which were asked, and what came of it. */
async function asking(failures: readonly (ApiFailure | null)[]) {
  const asked: string[] = [];
  const results = { variations: [] } as unknown as Analytics;
  const { found, failure } = await askEach(
    failures.map((_, index) => String(index)),
    async (id) => {
      asked.push(id);
      const failed = failures[Number(id)] ?? null;
      return failed === null ? { ok: true, value: results } : { ok: false, failure: failed };
    },
  );
  return {
    asked: asked.length,
    found: [...found].map(([id, found]) => `${id}${found ? '' : ' none'}`),
    failure,
  };
}

test('an experience that fails keeps back no other', async () => {
  expect(await asking([DOWN, null, DOWN, null])).toEqual({ asked: 4, found: ['1', '3'], failure: DOWN });
});

test('an experience that has no results is found as such, and nothing to try again', async () => {
  expect(await asking([INVALID, null])).toEqual({ asked: 2, found: ['0 none', '1'], failure: null });
});

test('an Intelligems that answers nobody, or allows no more, is left in peace', async () => {
  expect(await asking([DOWN, DOWN, null])).toEqual({ asked: 2, found: [], failure: DOWN });
  expect(await asking([null, EMPTY, null])).toEqual({ asked: 2, found: ['0'], failure: EMPTY });
});
