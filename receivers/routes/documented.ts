/**
 * The values that Intelligems documents. Others may come, so that settings may name any; only a near miss
 * of one of these is taken for a slip.
 */
export const DOCUMENTED = {
  types: [
    'content/advanced',
    'content/onsiteEdits',
    'content/url',
    'content/theme',
    'content/template',
    'personalization',
    'personalization/offer',
    'pricing',
    'checkoutBlock',
    'shipping',
    'sitewide',
    'postPurchase',
    'onsiteUpsell',
  ],
  categories: ['experiment', 'personalization'],
  statuses: ['pending', 'started', 'paused', 'ended'],
} as const;
