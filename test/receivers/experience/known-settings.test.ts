import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeChanges } from '../../../receivers/experience/changes.ts';

// biome-ignore lint/suspicious/noExplicitAny: the documents of the samples are changed field by field.
type Sample = any;

function sample(name: string): Sample {
  const file = new URL(`../../../shared/samples/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).experience;
}

/** What an edit of a sample reads like, without bookkeeping. */
function news(name: string, edit: (experience: Sample) => void): string[] {
  const [before, after] = [sample(name), sample(name)];
  edit(after);
  return describeChanges(before, after)
    .filter(({ bookkeeping }) => !bookkeeping)
    .map(({ words }) => words);
}

const CASES: readonly [string, string, (experience: Sample) => void, string[]][] = [
  [
    'an audience rule',
    'start',
    (each) => {
      each.audience.filters[0].expression[0].query.value = 'MX';
    },
    ['audience rule country is US: included, now country is MX: included'],
  ],
  [
    'what happens to all other visitors',
    'start',
    (each) => {
      each.audience.elseAction = 'randomVariation';
    },
    ['all other visitors excluded → given a random variation'],
  ],
  [
    'the pages of an experience',
    'onsite-edits',
    (each) => {
      each.experiencePageTargeting[0].expression[0].query.value = '/collections/';
    },
    ['page rule URL contains /products/, now URL contains /collections/'],
  ],
  [
    'the products of an experience',
    'pricing-amount',
    (each) => {
      each.experienceProductTargeting = [];
    },
    ['removed product rule: collection is tents'],
  ],
  [
    'a tier of an offer',
    'offer',
    (each) => {
      each.variations[1].offer.tiers[0].unitDiscount = 12;
    },
    ['10% off 2, 15% off 3: offer tier 2 items: 10% off, now 2 items: 12% off'],
  ],
  [
    'a removed offer',
    'offer',
    (each) => {
      Object.assign(each.variations[1], { offer: null, offerId: null });
    },
    ['10% off 2, 15% off 3: removed offer “10% off 2, 15% off 3”'],
  ],
  [
    'a redirect',
    'content-url',
    (each) => {
      each.variations[1].redirects[0].skip = true;
    },
    [
      'Winter page: redirect https://alpine-goods.example/ → https://alpine-goods.example/pages/winter?from=home, now https://alpine-goods.example/ → https://alpine-goods.example/pages/winter?from=home (off)',
    ],
  ],
  [
    'a shipping rate',
    'shipping',
    (each) => {
      each.variations[1].shippingRateGroups[0].rates[1].condition.min = 120;
    },
    ['Free over $100: shipping rate Free shipping $0 from $100, now Free shipping $0 from $120'],
  ],
  [
    'the content of a checkout block',
    'checkout-block',
    (each) => {
      each.variations[1].checkoutBlocks[0].variables.headerText = 'New';
    },
    ['Return policy badge: changed checkout block: “30-day returns”'],
  ],
  [
    'the primary metric',
    'start',
    (each) => {
      each.experienceKeyMetrics[0].standardEventId = 'profitPerVisitor';
    },
    ['primary metric Revenue per visitor → Profit per visitor'],
  ],
  [
    'custom code',
    'onsite-edits',
    (each) => {
      each.variations[1].onsiteInjections = { id: 'i', variationId: 'v', customCss: 'a{}', customJs: null };
    },
    ['Free returns: added custom CSS'],
  ],
  [
    'a failed sync with Shopify',
    'offer',
    (each) => {
      each.variations[1].functionSyncError = true;
    },
    ['10% off 2, 15% off 3: not synced with Shopify'],
  ],
  [
    'the currency',
    'start',
    (each) => {
      each.currency = { code: 'EUR', symbol: '€' };
    },
    ['currency USD → EUR'],
  ],
  [
    'a field that is unknown here',
    'start',
    (each) => {
      each.newFeature = { mode: 'b' };
    },
    ['added new feature: b'],
  ],
  [
    'ids that the vendor gives anew, and other bookkeeping, as nothing',
    'start',
    (each) => {
      each.audience.id = 'other';
      for (const filter of each.audience.filters) {
        filter.id = `other-${filter.id}`;
      }
      Object.assign(each, { previewPath: '/x', isExternal: true, lastUpdateTs: each.lastUpdateTs + 1 });
      each.testTypes.hasTestShipping = true;
    },
    [],
  ],
];

test.each(CASES)('a change of the vendor’s document reads in plain words: %s', (_, name, edit, expected) => {
  expect(news(name, edit)).toEqual(expected);
});

test('settings of an unexpected shape are still named, and nothing throws', () => {
  const fields = ['audience', 'experiencePageTargeting', 'experienceKeyMetrics', 'experienceAnalysis'];
  const nested = ['offer', 'redirects', 'shippingRateGroups', 'checkoutBlocks', 'onsiteInjections'];
  const set = (field: string, odd: unknown) => news('start', (each) => Object.assign(each, { [field]: odd }));
  const setNested = (field: string, odd: unknown) =>
    news('start', (each) => Object.assign(each.variations[1], { [field]: odd }));
  for (const odd of [7, 'text', true, [1, 'a', null], [[[]]], { filters: 'x', rates: 3 }]) {
    for (const field of fields) {
      expect([field, odd, set(field, odd)]).not.toEqual([field, odd, []]);
    }
    for (const field of nested) {
      expect([field, odd, setNested(field, odd)]).not.toEqual([field, odd, []]);
    }
  }
});
