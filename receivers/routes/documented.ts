/**
 * The values that Intelligems documents. Settings may use others, which may be new; only a near miss of one of these
 * is treated as a typo.
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
