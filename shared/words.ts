import type { Action, PrimaryMetric, Variation } from './events.ts';

/** What happened, as it follows an experience's name: “Backpack price test *was started*”. */
export const ACTION_VERBS: Readonly<Record<Action, string>> = {
  createExperience: 'was created',
  startExperience: 'was started',
  pauseExperience: 'was paused',
  endExperience: 'was ended',
  updateExperience: 'was updated',
  deleteExperience: 'was deleted',
};

/** What happened, as a heading: “Experience Started”. The names under which Zapier shows the triggers. */
export const ACTION_TITLES: Readonly<Record<Action, string>> = {
  createExperience: 'Experience Created',
  startExperience: 'Experience Started',
  pauseExperience: 'Experience Paused',
  endExperience: 'Experience Ended',
  updateExperience: 'Experience Updated',
  deleteExperience: 'Experience Deleted',
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  'content/advanced': 'Content (advanced)',
  'content/onsiteEdits': 'Onsite edits',
  'content/url': 'URL redirect',
  'content/theme': 'Theme',
  'content/template': 'Template',
  personalization: 'Personalization',
  'personalization/offer': 'Offer',
  pricing: 'Price',
  checkoutBlock: 'Checkout block',
  shipping: 'Shipping',
  sitewide: 'Sitewide',
  postPurchase: 'Post-purchase',
  onsiteUpsell: 'Onsite upsell',
};

/** The documented experience types. */
export const EXPERIENCE_TYPES: readonly string[] = Object.keys(TYPE_WORDS);

/** An experience type in words; an unknown type is returned unchanged. */
export function typeWords(type: string | undefined): string {
  if (type === undefined || type === '') {
    return 'Unknown type';
  }
  return (Object.hasOwn(TYPE_WORDS, type) && TYPE_WORDS[type]) || type;
}

/** The category in words: “A/B test” for an experiment. */
export function categoryWords(category: string | undefined): string {
  if (category === 'experiment') {
    return 'A/B test';
  }
  return category === 'personalization' ? 'Personalization' : (category ?? '');
}

/** An experience's name, or a placeholder with its id. */
export function nameWords(experience: { name?: string; id: string }): string {
  const name = experience.name?.trim();
  return name === undefined || name === '' ? `Unnamed experience (${experience.id})` : name;
}

/** A share of traffic, 0 to 100: “50%”, “33.3%”; “–%” if unknown. */
export function percentWords(percentage: number | undefined): string {
  return percentage === undefined ? '–%' : `${Number(percentage.toFixed(1))}%`;
}

/**
 * A variation's price change with its sign: “−5%”, “+$2”, “+CHF 4.50”. Null if the price does not change.
 *
 * @param currency the store's currency (ISO 4217), which the vendor's unit `dollar` stands for
 */
export function priceWords(
  { priceChange, priceChangeUnit }: Pick<Variation, 'priceChange' | 'priceChangeUnit'>,
  currency: string | undefined,
): string | null {
  if (priceChange === undefined || priceChange === 0) {
    return null;
  }
  const sign = priceChange < 0 ? '−' : '+';
  const isPercent = priceChangeUnit === undefined || /percent|%/i.test(priceChangeUnit);
  const size = Math.abs(priceChange);
  return `${sign}${isPercent ? `${Number(size.toFixed(2))}%` : amountWords(size, currency)}`;
}

/** An amount in a currency (ISO 4217), without empty decimals: “$2”, “CHF 4.50”; a bare number without a currency. */
export function amountWords(amount: number, currency: string | undefined): string {
  const code = currency !== undefined && /^[A-Za-z]{3}$/.test(currency) ? currency : undefined;
  const style = code === undefined ? {} : ({ style: 'currency', currency: code } as const);
  const options = { ...style, trailingZeroDisplay: 'stripIfInteger', maximumFractionDigits: 2 } as const;
  // A separating no-break space would break searching for “CHF 2”.
  return new Intl.NumberFormat('en-US', options).format(amount).replaceAll('\u00A0', ' ');
}

const METRIC_WORDS: Readonly<Record<string, string>> = {
  conversionRate: 'Conversion rate',
  addToCartRate: 'Add-to-cart rate',
  abandonedCartRate: 'Abandoned cart rate',
  abandonedCheckoutRate: 'Abandoned checkout rate',
  checkoutBeginRate: 'Checkout rate',
  checkoutEnterContactInfoRate: 'Contact details rate at checkout',
  checkoutAddressSubmittedRate: 'Address rate at checkout',
  viewProductPageRate: 'Product page view rate',
  viewCollectionPageRate: 'Collection page view rate',
  netRevenuePerVisitor: 'Revenue per visitor',
  netProductRevenuePerOrder: 'Product revenue per order',
  netRevenuePerOrder: 'Average order value',
  avgUnitsPerOrder: 'Units per order',
  avgProductRevenuePerUnit: 'Product revenue per unit',
  profitPerVisitor: 'Profit per visitor',
  profitPerOrder: 'Profit per order',
  pctOrdersFreeShipping: 'Orders with free shipping',
  netShippingRevenuePerOrder: 'Shipping revenue per order',
  subscriptionOrdersPerVisitor: 'Subscription orders per visitor',
  subscriptionRevenuePerVisitor: 'Subscription revenue per visitor',
  subscriptionProfitPerVisitor: 'Subscription profit per visitor',
  subscriptionProductRevenuePerOrder: 'Subscription product revenue per order',
  subscriptionRevenuePerOrder: 'Subscription revenue per order',
  pctSubscriptionOrders: 'Subscription orders',
  avgDiscountPerDiscountedOrder: 'Discount per discounted order',
  avgDiscountPerAllOrders: 'Discount per order',
  pctOrdersWithPostPurchaseOffer: 'Orders with a post-purchase offer',
  netRevenueFromPostPurchaseOffer: 'Revenue from post-purchase offers',
  pctOrdersWithUpsell: 'Orders with an upsell',
  netRevenueFromUpsell: 'Revenue from upsells',
};

/** The metric that decides a test: “Revenue per visitor”; a custom event by its name. Null if none is set. */
export function metricWords(metric: PrimaryMetric | undefined): string | null {
  const { standardEventId, customName } = metric ?? {};
  if (standardEventId === undefined) {
    return customName?.trim() || null;
  }
  return (Object.hasOwn(METRIC_WORDS, standardEventId) && METRIC_WORDS[standardEventId]) || standardEventId;
}

/** A variation's name, or its place: “Variation 2”. */
export function variationWords(variation: Variation, index: number): string {
  const name = variation.name?.trim();
  return name === undefined || name === '' ? `Variation ${index + 1}` : name;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration in milliseconds in its two largest units: “21 days 3 hours”, “1 hour”, “less than a minute”. */
export function durationWords(ms: number): string {
  if (ms < MINUTE_MS) {
    return 'less than a minute';
  }
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  const parts: [number, string][] =
    days > 0
      ? [
          [days, 'day'],
          [hours, 'hour'],
        ]
      : [
          [hours, 'hour'],
          [minutes, 'minute'],
        ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ');
}

/** Cuts a text to at most `limit` UTF-16 units, never inside a character, and ends a cut text with “…”. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) {
    return text;
  }
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, limit + 32))) {
    if (end + segment.length > limit - 1) {
      break;
    }
    end += segment.length;
  }
  return `${text.slice(0, end)}…`;
}
