import { describe, expect, test } from '@jest/globals';
import { describeChanges } from '../../../receivers/experience/changes.ts';
import type { Action } from '../../../shared/events.ts';
import { samplePayload } from '../../fixtures/messages.ts';

type Document = Record<string, unknown>;

const control = {
  id: 'a',
  name: 'Control',
  percentage: 50,
  isControl: true,
  order: 0,
  priceChange: 0,
  priceChangeUnit: 'percent',
};
const variant = {
  id: 'b',
  name: 'Variant B',
  percentage: 50,
  isControl: false,
  order: 1,
  priceChange: -5,
  priceChangeUnit: 'percent',
};

function words(before: Document, after: Document): string[] {
  return describeChanges(before, after).map((change) => change.words);
}

/** What differs when Variant B has these fields. */
function variantWords(fields: Document, before: Document = {}): string[] {
  return words(
    { variations: [control, { ...variant, ...before }] },
    { variations: [control, { ...variant, ...before, ...fields }] },
  );
}

describe('what changed, of the fields that people know', () => {
  test('the samples: a new traffic split, and the vendor’s bookkeeping', () => {
    const changes = describeChanges(samplePayload('start').experience, samplePayload('update').experience);
    expect(changes).toEqual([
      { field: 'variations', words: 'Control 50 → 80%, Price −5% 50 → 20%', bookkeeping: false },
      { field: 'lastUpdateTs', words: expect.stringContaining('last update'), bookkeeping: true },
    ]);
  });

  test('what an action sets by itself is no news, and what changed beside it is', () => {
    const before = { status: 'pending', name: 'Old', startedAtTs: null };
    const after = { status: 'started', name: 'New', startedAtTs: 1_790_000_000_000 };
    const news = (action: Action): string[] =>
      describeChanges(before, after, action)
        .filter(({ bookkeeping }) => !bookkeeping)
        .map(({ field }) => field);
    expect(news('startExperience')).toEqual(['name']);
    expect(news('updateExperience')).toEqual(['name', 'status', 'startedAtTs']);
  });

  test.each<[string, Document, Document, string[]]>([
    ['name', { name: 'Old' }, { name: 'New' }, ['name “Old” → “New”']],
    ['status', { status: 'started' }, { status: 'paused' }, ['status started → paused']],
    ['type', { type: 'pricing' }, { type: 'content/url' }, ['type Price → URL redirect']],
    [
      'category',
      { category: 'experiment' },
      { category: 'personalization' },
      ['category A/B test → Personalization'],
    ],
    [
      'test types',
      { testTypes: ['pricing'] },
      { testTypes: ['pricing', 'shipping'] },
      ['test types: added shipping'],
    ],
    ['a date', {}, { endedAtTs: 1_790_000_000_000 }, ['ended at 2026-09-21 14:13 UTC']],
    [
      'a moved date',
      { startAt: 1_790_000_000_000 },
      { startAt: 1_790_100_000_000 },
      ['start at 2026-09-21 14:13 UTC → 2026-09-22 18:00 UTC'],
    ],
    ['a description', { description: 'Old' }, { description: null }, ['hypothesis “Old” removed']],
    ['a switch', { isPreview: true }, { isPreview: false }, ['preview yes → no']],
  ])('%s', (_, before, after, expected) => {
    expect(words(before, after)).toEqual(expected);
  });

  test('traffic split', () => {
    const split = (one: number, other: number): Document => ({
      variations: [
        { ...control, percentage: one },
        { ...variant, percentage: other },
      ],
    });
    expect(words(split(50, 50), split(33.333, 66.667))).toEqual(['Control 50 → 33.3%, Variant B 50 → 66.7%']);
  });

  test('prices', () => {
    expect(variantWords({ priceChange: -8 })).toEqual(['Variant B: price change −5% → −8%']);
    expect(variantWords({ priceChange: 0 })).toEqual(['Variant B: price change −5% → none']);
    const money = { priceChange: 2.5, priceChangeUnit: 'amount' };
    expect(
      words(
        { currency: 'USD', variations: [variant] },
        { currency: 'USD', variations: [{ ...variant, ...money }] },
      ),
    ).toEqual(['Variant B: price change −5% → +$2.50']);
  });

  test('an amount in the store’s currency, whatever the vendor calls its unit', () => {
    const priced = (priceChange: string) => ({
      currency: { code: 'CHF', symbol: 'CHF' },
      variations: [{ id: 'b', name: 'Variant B', priceChange, priceChangeUnit: 'dollar' }],
    });
    expect(describeChanges(priced('2'), priced('3.5'))).toMatchObject([
      { words: 'Variant B: price change +CHF 2 → +CHF 3.50' },
    ]);
  });

  test('a start, pause or end changes no preview, and a never started experience does', () => {
    const draft = { status: 'pending', isPreview: true };
    const live = { status: 'started', isPreview: false, startedAtTs: 1_788_341_400_000 };
    const paused = { ...live, status: 'paused', isPreview: true };
    const news = (...given: Parameters<typeof describeChanges>) =>
      describeChanges(...given).filter(({ bookkeeping, field }) => !bookkeeping && field === 'isPreview');
    expect(news(draft, live, 'startExperience')).toEqual([]);
    expect(news(live, paused, 'pauseExperience')).toEqual([]);
    expect(news(live, paused, 'endExperience')).toEqual([]);
    expect(news(paused, live, 'updateExperience')).toEqual([]);
    expect(news(draft, { ...draft, isPreview: false }, 'updateExperience')).toHaveLength(1);
  });

  test('variations added, removed, renamed, reordered, and another control', () => {
    const before = { variations: [control, variant] };
    expect(words(before, { variations: [control, variant, { id: 'c', name: 'C', percentage: 20 }] })).toEqual(
      ['added variation “C” (20%)'],
    );
    expect(words(before, { variations: [control] })).toEqual(['removed variation “Variant B”']);
    expect(variantWords({ name: 'Bee' })).toEqual(['variation “Variant B” is now “Bee”']);
    expect(describeChanges(before, { variations: [variant, control] })).toEqual([
      { field: 'variations', words: 'variations listed in another order', bookkeeping: true },
    ]);
    const swapped = {
      variations: [
        { ...control, order: 1 },
        { ...variant, order: 0 },
      ],
    };
    expect(words(before, swapped)).toEqual(['variations in another order']);
    const crowned = {
      variations: [
        { ...control, isControl: false },
        { ...variant, isControl: true },
      ],
    };
    expect(words(before, crowned)).toEqual(['Variant B is now the control']);
  });

  test('offers, redirects and edits of a variation', () => {
    expect(variantWords({ offer: { name: 'Ten off', amount: 10 } })).toEqual([
      'Variant B: added offer “Ten off”',
    ]);
    expect(variantWords({ offer: { amount: 15 } }, { offer: { amount: 10 } })).toEqual([
      'Variant B: offer amount 10 → 15',
    ]);
    expect(variantWords({ offer: null }, { offer: { amount: 10 } })).toEqual([
      'Variant B: removed offer: 10',
    ]);
    expect(variantWords({ redirects: [{ id: 1, originUrl: '/a', destinationUrl: '/b' }] })).toEqual([
      'Variant B: added redirect: /a → /b',
    ]);
    expect(
      variantWords(
        { onsiteEdits: [{ id: 1, title: 'Hero', replace: 'b' }] },
        { onsiteEdits: [{ id: 1, title: 'Hero', replace: 'a' }] },
      ),
    ).toEqual(['Variant B: changed onsite edit: “Hero”']);
  });

  test('audience rules', () => {
    const rule = (value: string): Document => ({ type: 'country', operator: 'is', value });
    expect(
      words({ audience: { rules: [rule('US')] } }, { audience: { rules: [rule('US'), rule('CA')] } }),
    ).toEqual(['added audience rule: country is CA']);
    expect(words({ audience: { rules: [rule('US')] } }, { audience: null })).toEqual([
      'removed the audience',
    ]);
    expect(words({ audienceRules: [rule('US')] }, { audienceRules: [] })).toEqual([
      'removed audience rule: country is US',
    ]);
    expect(
      words({ audience: { countries: ['US', 'CA'] } }, { audience: { countries: ['CA', 'UK'] } }),
    ).toEqual(['audience countries: added UK, removed US']);
  });
});

describe('what changed, of all other fields', () => {
  test('is named too, as deep as people read', () => {
    expect(words({ trafficShare: 1 }, { trafficShare: 0.5 })).toEqual(['traffic share 1 → 0.5']);
    expect(
      words({ settings: { theme: { colour: 'red' } } }, { settings: { theme: { colour: 'blue' } } }),
    ).toEqual(['settings theme colour “red” → “blue”']);
    expect(words({ a: { b: { c: { d: 1 } } } }, { a: { b: { c: { d: 2 } } } })).toEqual(['a b c d 1 → 2']);
    expect(words({ a: { b: { c: { d: { e: 1 } } } } }, { a: { b: { c: { d: { e: 2 } } } } })).toEqual([
      'a b c d changed',
    ]);
    expect(words({ mixed: 1 }, { mixed: { a: 1 } })).toEqual(['mixed changed']);
  });

  test('what is missing, null or empty is the same', () => {
    expect(words({ a: null, b: [], c: '', d: {} }, { a: undefined, b: null, e: [] })).toEqual([]);
  });

  test('bookkeeping is marked, and comes last', () => {
    const changes = describeChanges(
      {
        lastUpdateTs: 1_790_000_000_000,
        experienceActions: [],
        name: 'A',
        variations: [{ ...variant, updatedAt: 1 }],
      },
      {
        lastUpdateTs: 1_790_000_100_000,
        experienceActions: [{ id: 1 }],
        name: 'B',
        variations: [{ ...variant, updatedAt: 2 }],
      },
    );
    expect(changes.map(({ field, bookkeeping }) => [field, bookkeeping])).toEqual([
      ['name', false],
      ['variations', true],
      ['lastUpdateTs', true],
      ['experienceActions', true],
    ]);
  });
});

describe('hostile documents', () => {
  const deep = (inmost: string): unknown =>
    JSON.parse(`${'['.repeat(100_000)}${inmost}${']'.repeat(100_000)}`);

  test('100,000 levels deep', () => {
    expect(words({ a: deep('1') }, { a: deep('1') })).toEqual([]);
    expect(words({ a: deep('1') }, { a: deep('2') })).toHaveLength(2);
    expect(words({ variations: deep('1') }, { variations: deep('2') })).toEqual(['variations changed']);
    const objects = (inmost: string): Document =>
      JSON.parse(`${'{"a":'.repeat(50_000)}${inmost}${'}'.repeat(50_000)}`);
    expect(words(objects('1'), objects('2'))).toEqual(['a a a a changed']);
  });

  test('100,000 fields, entries or variations', () => {
    const fields = (value: number): Document =>
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, value]));
    const changes = describeChanges(fields(1), fields(2));
    expect(changes).toHaveLength(41);
    expect(changes.at(-1)?.words).toBe('99960 further changes');
    const list = (value: number): unknown[] =>
      Array.from({ length: 100_000 }, (_, index) => ({ value: index * value }));
    expect(words({ list: list(1) }, { list: list(2) })).toEqual(['list changed (100000 → 100000)']);
    const variations = (share: number): unknown[] =>
      Array.from({ length: 50_000 }, (_, index) => ({ id: String(index), percentage: share }));
    const [split] = words({ variations: variations(1) }, { variations: variations(2) });
    expect(split?.length).toBeLessThanOrEqual(300);
  });

  test('names that are no words, keys of the language, lone surrogates', () => {
    const before = JSON.parse('{"__proto__":{"x":1},"constructor":1,"toString":1}');
    const after = JSON.parse('{"__proto__":{"x":2},"constructor":2,"toString":2,"":1}');
    expect(words(before, after)).toHaveLength(4);
    const [name] = words({ name: 'a' }, { name: `<!channel>\r\n\u0000${'x'.repeat(500)}\ud800` });
    expect(name).toMatch(/^name “a” → “<!channel> x+…”$/);
    expect(words({ variations: 'none' }, { variations: [null, 7, { name: 5 }] })).toEqual([
      'added variation “Variation 1” (–%)',
    ]);
  });
});
