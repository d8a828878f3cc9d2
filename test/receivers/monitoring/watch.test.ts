import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../receivers/contract/health.ts';
import { withPoint } from '../../../receivers/monitoring/health-record.ts';
import { haveSameShares, sharesChangedAt } from '../../../receivers/monitoring/shares.ts';
import { followVerdict, reliableVerdict } from '../../../receivers/monitoring/verdict.ts';
import { followAlarms, type Watched } from '../../../receivers/monitoring/watch.ts';
import { type Analytics, readAnalytics } from '../../../shared/intelligems-analytics.ts';
import { DEFAULT_THRESHOLDS } from '../../../shared/verdict-words.ts';

function analyticsWith(visitors: number | null, orders: number): Analytics {
  const metrics = [0, 1].map((index) => ({
    variation_id: `v-${index}`,
    n_visitors: { value: visitors },
    n_orders: { value: orders },
  }));
  return readAnalytics({ metrics, variations: [] }) as Analytics;
}

function finding(state: Finding['state'], about = '', check: Finding['check'] = 'guardrail'): Finding {
  return { check, about, state, words: `It is ${state}.`, advice: 'Look.' };
}

/** Follows one check after the other, an hour apart, and gives what was reported at each. */
function follow(
  checks: readonly (readonly Finding[])[],
  options: { isOld?: boolean; muted?: number[] } = {},
) {
  let kept: Watched | null = null;
  return checks.map((findings, index) => {
    const followed = followAlarms(kept, findings, {
      isOld: options.isOld ?? false,
      isMuted: () => options.muted?.includes(index) ?? false,
      now: index,
    });
    kept = { pending: followed.pending, alarms: followed.alarms };
    return followed.news.map(({ kind, alarm }) => `${kind} ${alarm.about}@${alarm.since}`);
  });
}

describe('an alarm', () => {
  const bad = [finding('alarm')];
  const good = [finding('fine')];
  const open = [finding('unknown')];

  test('begins and is over when it holds at two checks in a row, and once each', () => {
    expect(follow([good, bad, bad, bad, good, good, good])).toEqual([
      [],
      [],
      ['began @1'],
      [],
      [],
      ['over @1'],
      [],
    ]);
  });

  test('a single look changes nothing', () => {
    expect(follow([good, bad, good, bad, good]).flat()).toEqual([]);
    expect(follow([bad, bad, good, bad, good, bad]).flat()).toEqual(['began @0']);
  });

  test('a finding that is unknown changes nothing, and breaks a row', () => {
    expect(follow([bad, open, bad, open]).flat()).toEqual([]);
    expect(follow([bad, bad, open, open, bad]).flat()).toEqual(['began @0']);
  });

  test('what was so when monitoring began is not reported, and neither is its end; what begins again is', () => {
    expect(follow([bad, bad, good, good], { isOld: true }).flat()).toEqual([]);
    expect(follow([bad, good, good, bad, bad], { isOld: true }).flat()).toEqual(['began @3']);
  });

  test('a muted check is not reported, even if it is muted only for the end', () => {
    expect(follow([bad, bad, good, good], { muted: [0, 1] }).flat()).toEqual([]);
    expect(follow([bad, bad, good, good], { muted: [2, 3] }).flat()).toEqual(['began @0']);
  });

  test('alarms about several variations are kept apart', () => {
    const two = [finding('alarm', 'a'), finding('fine', 'b')];
    const both = [finding('alarm', 'a'), finding('alarm', 'b')];
    expect(follow([two, two, both, both])).toEqual([[], ['began a@0'], [], ['began b@2']]);
  });

  test('the alarm of a variation that was removed is over', () => {
    const both = [finding('alarm', 'a'), finding('fine', 'b')];
    const left = [finding('fine', 'b')];
    expect(follow([both, both, left, left]).flat()).toEqual(['began a@0', 'over a@0']);
  });

  test('the alarm stays open while there is too little to judge, and is forgotten with its check', () => {
    const bad = [finding('alarm', 'a')];
    const few = [finding('unknown')];
    const without = [finding('fine', '', 'no_visitors')];
    expect(follow([bad, bad, few, few, few, bad, bad]).flat()).toEqual(['began a@0']);
    expect(follow([bad, bad, without, without, bad, bad]).flat()).toEqual(['began a@0', 'began a@4']);
  });
});

describe('the verdict', () => {
  test.each([
    ['a minimum that is reached', { runtimeDays: 12 }, 1, 'strong_win'],
    ['too few days', { runtimeDays: 9 }, 12, null],
    ['an answer without its days, and too few days live', { runtimeDays: null }, 9, null],
    ['an answer without its days, and enough days live', { runtimeDays: null }, 12, 'strong_win'],
    ['too few orders', { runtimeDays: 12, orders: 9 }, 12, null],
    ['no visitors that are known', { runtimeDays: 12, visitors: null }, 12, null],
    ['no verdict yet', { runtimeDays: 12, verdict: 'not_ready' as const }, 12, null],
  ])('counts from the vendor’s minimum on: %s', (_, given, daysLive, expected) => {
    const { visitors = 5000, orders = 200, ...rest } = given as { visitors?: number | null; orders?: number };
    const analytics = { ...analyticsWith(visitors, orders), verdict: 'strong_win' as const, ...rest };
    expect(reliableVerdict({ analytics, liveMs: daysLive * 86_400_000 }, DEFAULT_THRESHOLDS)).toBe(expected);
  });

  function verdicts(seen: readonly Parameters<typeof followVerdict>[1][], isOld = false) {
    let kept: Parameters<typeof followVerdict>[0] = null;
    return seen.map((verdict, now) => {
      const followed = followVerdict(kept, verdict, { isOld, now });
      kept = followed.kept;
      return followed.news;
    });
  }

  test('is reported when another one holds at two checks', () => {
    const seen = [
      null,
      'strong_win',
      'strong_win',
      'strong_win',
      'mixed_signals',
      'strong_win',
      'mixed_signals',
      'mixed_signals',
    ] as const;
    expect(verdicts(seen).filter((news) => news !== null)).toEqual([
      { verdict: 'strong_win', previous: null, at: 1 },
      { verdict: 'mixed_signals', previous: 'strong_win', at: 6 },
    ]);
  });

  test('is no news at the first look at an old experience, and reported at a new one', () => {
    expect(verdicts(['strong_win', 'strong_win', 'strong_win'], true)).toEqual([null, null, null]);
    expect(verdicts(['strong_win', 'strong_win'])).toEqual([
      null,
      expect.objectContaining({ verdict: 'strong_win' }),
    ]);
  });

  test('a verdict that is withdrawn is not reported, and neither is its return', () => {
    expect(
      verdicts(['strong_win', 'strong_win', null, null, 'strong_win', 'strong_win']).filter(
        (news) => news !== null,
      ),
    ).toHaveLength(1);
  });
});

describe('the shares', () => {
  const variations = (...percentages: (number | null)[]) =>
    percentages.map((percentage, index) => ({
      id: `v-${index}`,
      name: '',
      isControl: index === 0,
      percentage,
    }));

  test('differ when a share, or the list of variations, differs', () => {
    expect(haveSameShares(variations(50, 50), variations(50, 50))).toBe(true);
    expect(haveSameShares(variations(50, 50), variations(60, 40))).toBe(false);
    expect(haveSameShares(variations(50, 50), variations(50, 25, 25))).toBe(false);
    expect(haveSameShares(variations(50, 50), variations(50, 50, 0))).toBe(true);
  });

  test('changed when the change log says so, after the start', () => {
    const entry = (at: number, change: Record<string, unknown>) => ({ at, email: null, change });
    const shares = { variations: [{ id: 'v', changedFields: ['percentage'], previous: {}, updated: {} }] };
    const names = { variations: [{ id: 'v', changedFields: ['name'], previous: {}, updated: {} }] };
    const addition = { variations: [{ id: 'v', changedFields: [], previous: null, updated: {} }] };
    expect(sharesChangedAt([entry(30, names), entry(20, shares), entry(10, shares)], 5)).toBe(20);
    expect(sharesChangedAt([entry(20, addition)], 5)).toBe(20);
    expect(sharesChangedAt([entry(20, shares)], 25)).toBeNull();
    expect(sharesChangedAt([entry(20, { variations: 'no list' }), entry(20, {})], 5)).toBeNull();
  });
});

describe('the history of checks', () => {
  const variation = (id: string) => ({ id, name: id, isControl: false, percentage: 50 });
  const point = (at: number, visitors: number[]) => ({
    at,
    visitors,
    probability: visitors.map(() => null),
    liveMs: at,
  });

  test('keeps the newest points as they are, and thins old ones', () => {
    const [a] = [variation('a')];
    let points: ReturnType<typeof withPoint> = [];
    for (let at = 0; at < 2000; at += 1) {
      points = withPoint(points, point(at, [at]), [a], [a]);
      expect(points.length).toBeLessThanOrEqual(200);
    }
    expect(points.at(-1)?.at).toBe(1999);
    expect(points.slice(-50).map(({ at }) => at)).toEqual(
      Array.from({ length: 50 }, (_, index) => 1950 + index),
    );
    expect(points[0]?.at).toBe(0);
  });

  test('keeps each variation’s figures when variations are added, removed or moved', () => {
    const [a, b, c] = [variation('a'), variation('b'), variation('c')];
    const points = withPoint([point(1, [10, 20])], point(2, [5, 11]), [a, b], [c, a]);
    expect(points.map(({ visitors }) => visitors)).toEqual([
      [null, 10],
      [5, 11],
    ]);
  });
});
