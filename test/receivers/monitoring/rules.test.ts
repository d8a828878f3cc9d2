import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../receivers/contract/health.ts';
import { findingsOf } from '../../../receivers/monitoring/checks.ts';
import { checkGuardrail } from '../../../receivers/monitoring/guardrail.ts';
import { checkVisitors } from '../../../receivers/monitoring/no-visitors.ts';
import { checkDelivered } from '../../../receivers/monitoring/not-delivered.ts';
import type { Observation, Rule } from '../../../receivers/monitoring/observation.ts';
import {
  checkSampleRatio,
  chiSquarePValue,
  sequentialPValue,
} from '../../../receivers/monitoring/sample-ratio.ts';
import { checkPower } from '../../../receivers/monitoring/underpowered.ts';
import { FIGURES, LIMITS, observed } from './observed.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function alarms(rule: Rule, observation: Observation): string[] {
  return rule(observation, LIMITS, FIGURES)
    .filter(({ state }) => state === 'alarm')
    .map(({ about }) => about);
}

function only(rule: Rule, observation: Observation): Finding {
  const [finding, ...others] = rule(observation, LIMITS, FIGURES);
  expect(others).toEqual([]);
  return finding as Finding;
}

describe('the split of visitors', () => {
  test('the chi-square test gives published p-values', () => {
    // The example of scipy.stats.chisquare, https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.chisquare.html
    const sixth = [1, 1, 1, 1, 1, 1].map((each) => each / 6);
    expect(chiSquarePValue([16, 18, 16, 14, 12, 12], sixth)).toBeCloseTo(0.849145036, 8);
    // Kohavi, Tang and Xu, “Trustworthy Online Controlled Experiments”, chapter 3: p = 1.8E-6.
    expect(chiSquarePValue([821_588, 815_482], [0.5, 0.5])).toBeCloseTo(1.8e-6, 7);
    // One degree of freedom at its 1 % point, 6.634897.
    const off = Math.sqrt(6.634897 * 1000) / 2;
    expect(chiSquarePValue([500 + off, 500 - off], [0.5, 0.5])).toBeCloseTo(0.01, 6);
  });

  test('the sequential test is the product of what its prior predicts, visitor by visitor', () => {
    const shares = [0.6, 0.4];
    const counts = [0, 0];
    let factor = 1;
    for (const variation of [0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1]) {
      const seen = (counts[0] as number) + (counts[1] as number);
      const predicted = (400 * (shares[variation] as number) + (counts[variation] as number)) / (400 + seen);
      factor *= predicted / (shares[variation] as number);
      counts[variation] = (counts[variation] as number) + 1;
    }
    expect(sequentialPValue(counts, shares)).toBeCloseTo(Math.min(1, 1 / factor), 10);
    expect(sequentialPValue([1100, 900], [0.5, 0.5])).toBeLessThan(0.01);
  });

  test('5 points off among 2,000 visitors is an alarm, and names the figures', () => {
    const finding = only(
      checkSampleRatio,
      observed([
        { percentage: 50, visitors: 1100 },
        { percentage: 50, visitors: 900 },
      ]),
    );
    expect(finding.state).toBe('alarm');
    expect(finding.words).toContain('“Control” got 55% of the visitors instead of 50%');
    expect(finding.words).toContain('2,000 visitors');
  });

  test('the configured shares count, not equal ones', () => {
    const uneven = [
      { percentage: 80, visitors: 1600 },
      { percentage: 20, visitors: 400 },
    ];
    expect(only(checkSampleRatio, observed(uneven)).state).toBe('fine');
    const even = [
      { percentage: 80, visitors: 1000 },
      { percentage: 20, visitors: 1001 },
    ];
    expect(only(checkSampleRatio, observed(even)).state).toBe('alarm');
  });

  test('shares that do not sum to 100 are taken in proportion', () => {
    const half = [
      { percentage: 25, visitors: 1000 },
      { percentage: 25, visitors: 1001 },
    ];
    expect(only(checkSampleRatio, observed(half)).state).toBe('fine');
  });

  test('a large store gets no alarm over half a percentage point', () => {
    const large = [
      { percentage: 50, visitors: 505_000 },
      { percentage: 50, visitors: 495_000 },
    ];
    expect(only(checkSampleRatio, observed(large)).state).toBe('fine');
  });

  test('too few visitors say nothing', () => {
    const few = [
      { percentage: 50, visitors: 300 },
      { percentage: 50, visitors: 150 },
    ];
    expect(only(checkSampleRatio, observed(few))).toMatchObject({ state: 'unknown' });
  });

  test('a personalization without a split is not judged', () => {
    expect(only(checkSampleRatio, observed([{ percentage: 100, visitors: 5000 }])).state).toBe('unknown');
    const held = [
      { percentage: 100, visitors: 5000 },
      { percentage: 0, visitors: 0 },
    ];
    expect(only(checkSampleRatio, observed(held)).state).toBe('unknown');
  });

  test('a variation that the figures lack has had no visitor', () => {
    const missing = [{ percentage: 50, visitors: 5000 }, { percentage: 50 }];
    expect(only(checkSampleRatio, observed(missing)).state).toBe('alarm');
  });

  test('figures without any visitors say nothing', () => {
    const nothing = [
      { percentage: 50, visitors: null },
      { percentage: 50, visitors: null },
    ];
    expect(only(checkSampleRatio, observed(nothing)).state).toBe('unknown');
  });

  test('an open alarm is over only when the split is clearly right', () => {
    const open = { check: 'sample_ratio_mismatch', about: '', since: 1, unreported: null } as never;
    const nearly = [
      { percentage: 50, visitors: 1046 },
      { percentage: 50, visitors: 954 },
    ];
    expect(only(checkSampleRatio, observed(nearly)).state).toBe('fine');
    expect(only(checkSampleRatio, observed(nearly, { alarms: [open] })).state).toBe('unknown');
  });
});

describe('visitors', () => {
  const some = [
    { percentage: 50, visitors: 40 },
    { percentage: 50, visitors: 41 },
  ];

  test('no visitor is an alarm after the grace, and not before', () => {
    const none = [{ percentage: 50 }, { percentage: 50 }];
    expect(alarms(checkVisitors, observed(none, { liveMs: 5 * HOUR_MS }))).toEqual([]);
    expect(alarms(checkVisitors, observed(none, { liveMs: 6 * HOUR_MS }))).toEqual(['']);
  });

  test('an experience for which Intelligems has no figures is not judged', () => {
    expect(only(checkVisitors, observed(some, { analytics: null })).state).toBe('unknown');
    const nothing = [
      { percentage: 50, visitors: null },
      { percentage: 50, visitors: null },
    ];
    expect(only(checkVisitors, observed(nothing)).state).toBe('unknown');
  });

  test('one variation without visitors is an alarm of its own', () => {
    expect(alarms(checkVisitors, observed([{ percentage: 50, visitors: 81 }, { percentage: 50 }]))).toEqual([
      'v-1',
    ]);
    const unlikely = [{ percentage: 95, visitors: 81 }, { percentage: 5 }];
    expect(alarms(checkVisitors, observed(unlikely))).toEqual([]);
    const closed = [{ percentage: 100, visitors: 81 }, { percentage: 0 }];
    expect(alarms(checkVisitors, observed(closed))).toEqual([]);
  });

  test('visitors that stop are an alarm once enough were to be expected', () => {
    const point = (liveMs: number, visitors: number[]) => ({
      at: 0,
      visitors,
      probability: [null, null],
      liveMs,
    });
    const stopped = [
      point(20 * HOUR_MS, [30, 31]),
      point(24 * HOUR_MS, [40, 41]),
      point(30 * HOUR_MS, [40, 41]),
    ];
    expect(alarms(checkVisitors, observed(some, { points: stopped, liveMs: 36 * HOUR_MS }))).toEqual(['']);
    expect(alarms(checkVisitors, observed(some, { points: stopped, liveMs: 28 * HOUR_MS }))).toEqual([]);
    expect(alarms(checkVisitors, observed(some, { points: [], liveMs: 36 * HOUR_MS }))).toEqual([]);
    // After a reset in Intelligems there are fewer visitors than before.
    const reset = [point(20 * HOUR_MS, [3000, 3100])];
    expect(alarms(checkVisitors, observed(some, { points: reset, liveMs: 90 * HOUR_MS }))).toEqual([]);
  });
});

describe('the guardrail', () => {
  const control = { percentage: 50, visitors: 4000, orders: 120 };
  const worse = { percentage: 50, visitors: 4001, orders: 80, uplift: -0.33, chance: 0.002 };

  test('a variation that sells clearly less is an alarm for conversion and revenue', () => {
    expect(alarms(checkGuardrail, observed([control, worse]))).toEqual(['v-1 conversion', 'v-1 revenue']);
  });

  test('profit counts where the costs are known', () => {
    expect(alarms(checkGuardrail, observed([control, worse], { costs: true }))).toContain('v-1 profit');
  });

  test.each([
    ['a smaller drop', { ...worse, uplift: -0.15 }],
    ['a drop that may be chance', { ...worse, chance: 0.02 }],
    ['too few orders', { ...worse, orders: 49 }],
    ['too few visitors', { ...worse, visitors: 999 }],
    ['a variation that sells more', { ...worse, uplift: 0.4, chance: 0.999 }],
  ])('%s is no alarm', (_, variation) => {
    expect(alarms(checkGuardrail, observed([control, variation]))).toEqual([]);
  });

  test('with more variations, each needs to be more likely worse', () => {
    const likely = { ...worse, chance: 0.004 };
    const others = [1, 2, 3].map((each) => ({
      ...control,
      visitors: 4100 + each,
      uplift: 0.01 * each,
      chance: 0.5,
    }));
    expect(alarms(checkGuardrail, observed([control, likely]))).toHaveLength(2);
    expect(alarms(checkGuardrail, observed([control, likely, ...others]))).toEqual([]);
  });
});

describe('delivery to the store', () => {
  test('a function that did not reach Shopify is an alarm', () => {
    const failed = observed([{ percentage: 50 }, { percentage: 50, functionSyncError: true }]);
    expect(only(checkDelivered, failed)).toMatchObject({
      state: 'alarm',
      words: expect.stringContaining('Price 1'),
    });
    expect(only(checkDelivered, observed([{ percentage: 50 }])).state).toBe('fine');
  });
});

describe('the rate of orders', () => {
  const at = (orders: number) => [
    { percentage: 50, visitors: 5000, orders: 300 },
    { percentage: 50, visitors: 5001, orders },
  ];

  test('a rate that takes too long is an alarm, in words', () => {
    const slow = only(checkPower, observed(at(5), { liveMs: 5 * DAY_MS }));
    expect(slow.state).toBe('alarm');
    expect(slow.words).toContain('At this rate it has 100 orders per variation in 95 days');
    expect(only(checkPower, observed(at(0), { liveMs: 20 * DAY_MS }))).toMatchObject({
      state: 'alarm',
      words: expect.stringContaining('no order'),
    });
  });

  test('a count that may be low by chance, or a short time, is no alarm', () => {
    expect(only(checkPower, observed(at(10), { liveMs: 4 * DAY_MS })).state).toBe('fine');
    expect(only(checkPower, observed(at(0), { liveMs: 2 * DAY_MS })).state).toBe('unknown');
    expect(only(checkPower, observed(at(100), { liveMs: 300 * DAY_MS })).state).toBe('fine');
  });
});

test('only the checks that are on are made', () => {
  const limits = { ...LIMITS, checks: ['not_delivered'] as const };
  const found = findingsOf(observed([{ percentage: 50 }, { percentage: 50 }]), limits, FIGURES);
  expect(found.map(({ check }) => check)).toEqual(['not_delivered']);
});
