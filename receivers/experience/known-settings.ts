import { isRecord } from '../../shared/events.ts';
import { metricWords } from '../../shared/words.ts';
import { absent, type Difference, fieldDifferences, quoted, same } from './differences.ts';
import {
  audienceRule,
  offerTier,
  pageRule,
  productRule,
  redirectWords,
  shippingRate,
  visitorWords,
} from './setting-words.ts';

type Document = Record<string, unknown>;

/** Longer lists are counted, not described. */
const MOST_ENTRIES = 40;

/** What the vendor sets by itself, or what changes nothing for visitors. */
const QUIET: readonly string[] = [
  'testTypes',
  'devicePreview',
  'previewPath',
  'isExternal',
  'offerId',
  'testExperienceId',
  'organizationId',
  'experienceId',
  'variationId',
];

/** Ids that the vendor gives anew when a person saves. */
const IDS: readonly string[] = [
  'id',
  'variationId',
  'experienceId',
  'offerId',
  'lastUpdateTs',
  'createdAtTs',
];

/**
 * The differences of a setting in the vendor's document, in the words that people use for it. Null for a setting
 * without words of its own.
 *
 * @param field of an experience or of a variation
 * @param currency of the store
 */
export function knownDifferences(
  field: string,
  before: unknown,
  after: unknown,
  currency: string | undefined,
): Difference[] | null {
  if (QUIET.includes(field)) {
    return fieldDifferences(field, before, after).map((each) => ({ ...each, bookkeeping: true }));
  }
  const describe = Object.hasOwn(KNOWN, field) ? KNOWN[field] : undefined;
  const isKnownForm = [before, after].every((value) => absent(value) || isForm(FORMS[field], value));
  const found = describe === undefined || !isKnownForm ? [] : describe(before, after, currency);
  return found.length > 0 ? found : null;
}

/** The settings that are lists of objects, or objects; all others are plain values. */
const FORMS: Readonly<Record<string, 'list' | 'object'>> = {
  audience: 'object',
  experiencePageTargeting: 'list',
  experienceProductTargeting: 'list',
  experienceKeyMetrics: 'list',
  experienceIntegrations: 'list',
  experienceAnalysis: 'object',
  offer: 'object',
  redirects: 'list',
  shippingRateGroups: 'list',
  checkoutBlocks: 'list',
  onsiteEdits: 'list',
  onsiteInjections: 'object',
};

function isForm(form: 'list' | 'object' | undefined, value: unknown): boolean {
  return form === 'list'
    ? Array.isArray(value) && value.every(isRecord)
    : form !== 'object' || isRecord(value);
}

type Describe = (before: unknown, after: unknown, currency: string | undefined) => Difference[];

const KNOWN: Readonly<Record<string, Describe>> = {
  audience: audienceDifferences,
  experiencePageTargeting: (before, after) => listDifferences('page rule', before, after, pageRule),
  experienceProductTargeting: (before, after) => listDifferences('product rule', before, after, productRule),
  experienceKeyMetrics: metricDifferences,
  experienceIntegrations: (before, after) => listDifferences('integration', before, after, integrationName),
  description: (before, after) => renamed('hypothesis', fieldDifferences('description', before, after)),
  currency: (before, after) => changed('currency', code(before), code(after)),
  productVariantCount: (before, after) =>
    changed('product variants in the test', plain(before), plain(after)),
  experienceAnalysis: (before, after) => changed('orders in the results', scope(before), scope(after)),
  offer: offerDifferences,
  redirects: (before, after) => listDifferences('redirect', before, after, redirectWords),
  shippingRateGroups: shippingDifferences,
  checkoutBlocks: (before, after) =>
    listDifferences('checkout block', before, after, ({ name }) => quoted(String(name ?? ''))),
  onsiteEdits: (before, after) => listDifferences('onsite edit', before, after, editWords),
  onsiteInjections: injectionDifferences,
  functionSyncError: (_, after) =>
    news([after === true ? 'not synced with Shopify' : 'synced with Shopify again']),
};

function news(words: readonly string[]): Difference[] {
  return words.map((each) => ({ words: each, bookkeeping: false }));
}

function changed(name: string, before: string, after: string): Difference[] {
  return before === after ? [] : news([`${name} ${before || 'none'} → ${after || 'none'}`]);
}

function renamed(name: string, differences: readonly Difference[]): Difference[] {
  return differences.map(({ words, bookkeeping }) => ({
    words: words.replace(/^description/, name).replace(/^added description/, `added ${name}`),
    bookkeeping,
  }));
}

/**
 * What was added, removed or changed in a list of settings. Entries are paired by their ids; those with the same
 * words are the same, whatever their ids.
 */
function listDifferences(
  one: string,
  before: unknown,
  after: unknown,
  words: (entry: Document) => string,
): Difference[] {
  const [earlier, later] = [before, after].map((list) =>
    (Array.isArray(list) ? list.filter(isRecord) : []).map((entry) => ({ entry, words: words(entry) })),
  ) as [Entry[], Entry[]];
  if (earlier.length > MOST_ENTRIES || later.length > MOST_ENTRIES) {
    return news([`${one}s changed (${earlier.length} → ${later.length})`]);
  }
  const gone = earlier.filter((old) => !later.some((entry) => entry.words === old.words));
  const fresh = later.filter((entry) => !earlier.some((old) => old.words === entry.words));
  const pair = ({ entry }: Entry, others: readonly Entry[]): Entry | undefined =>
    others.find((other) => entry.id !== undefined && other.entry.id === entry.id);
  const found = [
    ...fresh.map((entry) => {
      const old = pair(entry, gone);
      return old === undefined ? `added ${one}: ${entry.words}` : `${one} ${old.words}, now ${entry.words}`;
    }),
    ...gone.filter((old) => pair(old, fresh) === undefined).map((old) => `removed ${one}: ${old.words}`),
  ];
  return found.length > 0 ? news(found) : sameWords(one, earlier, later);
}

interface Entry {
  entry: Document;
  words: string;
}

/** Of entries that read the same: those whose content differs, or that only their ids or their order do. */
function sameWords(one: string, earlier: readonly Entry[], later: readonly Entry[]): Difference[] {
  const different = later.filter(({ entry, words }) => {
    const old = earlier.find((each) => each.words === words);
    return old !== undefined && !same(withoutIds(old.entry), withoutIds(entry));
  });
  return different.length > 0
    ? news(different.map(({ words }) => `changed ${one}: ${words}`))
    : [{ words: `${one}s saved again`, bookkeeping: true }];
}

function withoutIds(entry: Document): Document {
  return Object.fromEntries(Object.entries(entry).filter(([field]) => !IDS.includes(field)));
}

function audienceDifferences(before: unknown, after: unknown): Difference[] {
  const [earlier, later] = [before, after].map((each) => (isRecord(each) ? each : {})) as [
    Document,
    Document,
  ];
  const found = listDifferences('audience rule', earlier.filters, later.filters, audienceRule).filter(
    ({ bookkeeping }) => !bookkeeping,
  );
  if (isRecord(before) && isRecord(after) && earlier.elseAction !== later.elseAction) {
    found.push(
      ...changed('all other visitors', visitorWords(earlier.elseAction), visitorWords(later.elseAction)),
    );
  }
  if (isRecord(before) !== isRecord(after)) {
    return isRecord(after) ? [...news(['added an audience']), ...found] : news(['removed the audience']);
  }
  const rest = (document: Document): Document => {
    const { filters: _, elseAction: __, ...others } = withoutIds(document);
    return others;
  };
  found.push(...fieldDifferences('audience', rest(earlier), rest(later)));
  return found.length > 0 ? found : [{ words: 'audience saved again', bookkeeping: true }];
}

function metricDifferences(before: unknown, after: unknown): Difference[] {
  const metrics = (list: unknown) =>
    (Array.isArray(list) ? list.filter(isRecord) : []).map((metric) => ({
      words: metricName(metric),
      isPrimary: metric.isPrimary === true,
    }));
  const [earlier, later] = [metrics(before), metrics(after)];
  const primary = (list: readonly { words: string; isPrimary: boolean }[]): string =>
    list.find(({ isPrimary }) => isPrimary)?.words ?? '';
  const others = (list: readonly { words: string; isPrimary: boolean }[]): string[] =>
    list.filter(({ isPrimary }) => !isPrimary).map(({ words }) => words);
  const all = (list: readonly { words: string }[]): Set<string> => new Set(list.map(({ words }) => words));
  const found = [
    ...changed('primary metric', primary(earlier), primary(later)),
    ...news([
      ...others(later)
        .filter((words) => !all(earlier).has(words))
        .map((words) => `added metric: ${words}`),
      ...others(earlier)
        .filter((words) => !all(later).has(words))
        .map((words) => `removed metric: ${words}`),
    ]),
  ];
  return found.length > 0 ? found : [{ words: 'metrics in another order', bookkeeping: true }];
}

function metricName({ standardEventId }: Document): string {
  return typeof standardEventId === 'string' ? (metricWords({ standardEventId }) ?? '') : 'a custom metric';
}

function offerDifferences(before: unknown, after: unknown, currency: string | undefined): Difference[] {
  if (!isRecord(before) || !isRecord(after)) {
    const offer = [before, after].find(isRecord);
    return typeof offer?.name === 'string'
      ? news([`${isRecord(after) ? 'added' : 'removed'} offer ${quoted(offer.name)}`])
      : [];
  }
  const tier = (offer: Document) => (each: Document) => offerTier(each, offer, currency);
  const found = listDifferences('offer tier', before.tiers, after.tiers, tier(after)).filter(
    ({ bookkeeping }) => !bookkeeping,
  );
  const rest = ({ tiers: _, ...others }: Document): Document => withoutIds(others);
  found.push(...fieldDifferences('offer', rest(before), rest(after)));
  return found.length > 0 ? found : [{ words: 'offer saved again', bookkeeping: true }];
}

function injectionDifferences(before: unknown, after: unknown): Difference[] {
  const [earlier, later] = [before, after].map((each) => (isRecord(each) ? each : {})) as [
    Document,
    Document,
  ];
  const found = (
    [
      ['customCss', 'custom CSS'],
      ['customJs', 'custom JavaScript'],
    ] as const
  ).flatMap(([field, name]) => {
    const [was, is] = [earlier[field] || null, later[field] || null];
    return was === is ? [] : [`${was === null ? 'added' : is === null ? 'removed' : 'changed'} ${name}`];
  });
  const rest = ({ customCss: _, customJs: __, ...others }: Document): Document => withoutIds(others);
  return [...news(found), ...fieldDifferences('custom code', rest(earlier), rest(later))];
}

function editWords({ title, querySelectors, skip }: Document): string {
  const [place] = Array.isArray(querySelectors) ? querySelectors : [];
  const name = [title, place].find((each) => typeof each === 'string' && each.trim() !== '');
  return `${name === undefined ? 'without a title' : quoted(String(name))}${skip === true ? ' (off)' : ''}`;
}

function integrationName({ integration, enabled }: Document): string {
  const name = isRecord(integration) ? integration.name : undefined;
  return `${quoted(String(name ?? ''))}${enabled === false ? ' (off)' : ''}`;
}

function shippingDifferences(before: unknown, after: unknown): Difference[] {
  const found = listDifferences('shipping rate', rates(before), rates(after), shippingRate);
  const groups = (list: unknown): Document[] =>
    (Array.isArray(list) ? list.filter(isRecord) : []).map(({ rates: _, ...group }) => withoutIds(group));
  return found.every(({ bookkeeping }) => bookkeeping) && !same(groups(before), groups(after))
    ? news(['shipping rates changed'])
    : found;
}

function rates(groups: unknown): unknown[] {
  return (Array.isArray(groups) ? groups : [])
    .filter(isRecord)
    .flatMap(({ rates: list }) => (Array.isArray(list) ? list : []));
}

function code(currency: unknown): string {
  return isRecord(currency) ? plain(currency.code) : plain(currency);
}

const SCOPES: Readonly<Record<string, string>> = {
  test_orders_only: 'orders with tested products',
  sitewide_orders: 'all orders',
  none: 'none',
};

function scope(analysis: unknown): string {
  const type = isRecord(analysis) ? plain(analysis.analyticsViewType) : '';
  return (Object.hasOwn(SCOPES, type) && SCOPES[type]) || type;
}

function plain(given: unknown): string {
  return given === null || given === undefined || typeof given === 'object'
    ? ''
    : quoted(String(given)).slice(1, -1);
}
