import { isRecord } from '../../shared/events.ts';
import { amountWords } from '../../shared/words.ts';
import { quoted } from './differences.ts';

type Document = Record<string, unknown>;

/** How many conditions of an expression are named. */
const MOST_CONDITIONS = 6;

const FILTER_WORDS: Readonly<Record<string, string>> = {
  equals: 'is',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
  doesNotEqual: 'is not',
  doesNotContain: 'does not contain',
  doesNotStartWith: 'does not start with',
  doesNotEndWith: 'does not end with',
  isNull: 'is empty',
  isNotNull: 'is not empty',
  regex: 'matches',
  includes: 'is',
  doesNotInclude: 'is not',
  greaterThan: 'is more than',
  lessThan: 'is less than',
  matchesExactly: 'is',
  matchesRegex: 'matches',
};

const KEY_WORDS: Readonly<Record<string, string>> = {
  url: 'URL',
  urlPath: 'URL path',
  productId: 'product',
  trafficSource: 'traffic source',
  jsExpression: 'JavaScript expression',
  landingPage: 'landing page',
};

const VISITORS: Readonly<Record<string, string>> = {
  experienceInclude: 'included',
  experienceExclude: 'excluded',
  experienceUnassigned: 'not assigned',
  assignVariation: 'given one variation',
  randomVariation: 'given a random variation',
  leaveUnassigned: 'not assigned',
};

/** What happens to visitors, from the vendor's name for it: “excluded”. */
export function visitorWords(action: unknown): string {
  return word(VISITORS, action) || 'not set';
}

/** A rule of an audience: “country is US: included”. */
export function audienceRule(rule: Document): string {
  return `${conditionWords(rule) || word(KEY_WORDS, rule.filterType)}: ${visitorWords(rule.action)}`;
}

/** A rule for the pages of an experience: “URL contains /products/”. */
export function pageRule(rule: Document): string {
  return (
    conditionWords(rule) ||
    [word(KEY_WORDS, rule.filterType), word(FILTER_WORDS, rule.filter), value(rule.value)]
      .filter((part) => part !== '')
      .join(' ')
  );
}

/** A rule for the products of an experience: “collection is tents”. */
export function productRule(rule: Document): string {
  return conditionWords(rule) || value(rule.target);
}

function conditionWords({ expression }: Document): string {
  const parts = Array.isArray(expression) ? expression.filter(isRecord) : [];
  const words = parts.slice(0, 2 * MOST_CONDITIONS).map(({ query, operator }) => {
    const condition = isRecord(query)
      ? [word(KEY_WORDS, query.key), word(FILTER_WORDS, query.filter) || 'is', value(query.value)].join(' ')
      : '';
    const operators: Readonly<Record<string, string>> = { start_paren: '(', end_paren: ')' };
    return [condition, word(operators, operator)].filter((part) => part !== '').join(' ');
  });
  return words.join(' ').trim();
}

/** A tier of an offer: “2 items: 10% off”. */
export function offerTier(tier: Document, offer: Document, currency: string | undefined): string {
  const least = Number(tier.minimumUnits);
  const from =
    offer.unitType === 'dollar'
      ? `from ${amountWords(least, currency)}`
      : `${least} ${least === 1 ? 'item' : 'items'}`;
  const discount = Number(tier.unitDiscount);
  const off =
    offer.discountType === 'percentage' ? `${discount}% off` : `${amountWords(discount, currency)} off`;
  const gains = [
    tier.isFreeShipping === true && 'free shipping',
    tier.isGiftWithPurchase === true && 'a free gift',
  ].filter(Boolean);
  return `${from}: ${gains.length > 0 ? gains.join(' and ') : off}`;
}

/** A redirect: “/ → /pages/winter”; for themes and templates, what visitors get. */
export function redirectWords(redirect: Document): string {
  const to = value(redirect.destinationUrl);
  const parameters = (Array.isArray(redirect.queryParams) ? redirect.queryParams : [])
    .filter(isRecord)
    .slice(0, MOST_CONDITIONS)
    .map(({ key, value: given }) => `${value(key)}=${value(given)}`);
  const paused = redirect.skip === true ? ' (off)' : '';
  if (redirect.isThemeTest === true || redirect.isTemplateTest === true) {
    return `${redirect.isThemeTest === true ? 'theme' : 'template'} ${parameters.join(' ')}${paused}`.trim();
  }
  const target = `${to}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
  return `${value(redirect.originUrl) || 'any page'} → ${target || 'no address'}${paused}`;
}

/** A shipping rate: “Standard shipping $4.95”, “Free shipping $0 from $100”. */
export function shippingRate(rate: Document): string {
  const currency = typeof rate.currency === 'string' ? rate.currency : undefined;
  const amount = amountWords(Number(rate.amount), currency);
  const condition = isRecord(rate.condition) ? rate.condition : {};
  const bound = (given: unknown): string =>
    condition.conditionType === 'weight'
      ? `${value(given)} ${value(condition.unit)}`.trim()
      : amountWords(Number(given), currency);
  const limits = [
    condition.min !== undefined && condition.min !== null && `from ${bound(condition.min)}`,
    condition.max !== undefined && condition.max !== null && `up to ${bound(condition.max)}`,
  ].filter(Boolean);
  return [value(rate.name), amount, ...limits].join(' ');
}

function word(words: Readonly<Record<string, string>>, name: unknown): string {
  return typeof name !== 'string' ? '' : (Object.hasOwn(words, name) && words[name]) || value(name);
}

/** A plain value, on one line and cut; nothing for a list or an object. */
function value(given: unknown): string {
  return given === null || typeof given === 'object' ? '' : quoted(String(given ?? '')).slice(1, -1);
}
