import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../shared/intelligems-analytics.ts';

export type LifeAction = 'start' | 'pause' | 'end' | 'delete';

export interface FakeVariation {
  id: string;
  name: string;
  percentage: number;
  isControl: boolean;
  order: number;
  /** Further fields of the vendor's variation, such as `priceChange` or `offer`. */
  [field: string]: unknown;
}

export interface FakeAction {
  id: string;
  action: LifeAction;
  actionTs: number;
  performedBy: string | null;
}

/** What people measured of one variation. */
export interface Measured {
  visitors: number;
  orders: number;
  /** In the store's currency, all orders together. */
  revenue: number;
  /** Null if no costs are set. */
  profit: number | null;
}

export interface FakeResults {
  verdict: Verdict;
  runtimeDays: number;
  /** One for each variation, in their order. */
  measured: Measured[];
  monthlyRevenueIncrease: number | null;
}

export interface FakeChange {
  actionTs: number;
  performedBy: string | null;
  changedFields: string[];
  previous: Record<string, unknown>;
  updated: Record<string, unknown>;
}

/** An experience as the fake keeps it; all times are milliseconds since 1970. */
export interface FakeExperience {
  id: string;
  name: string;
  type: string;
  category: 'experiment' | 'personalization';
  status: 'pending' | 'started' | 'paused' | 'ended';
  variations: FakeVariation[];
  currency: string | null;
  createdAtTs: number;
  startedAtTs: number | null;
  pausedAtTs: number | null;
  endedAtTs: number | null;
  archivedAtTs: number | null;
  lastUpdateTs: number;
  isDeleted: boolean;
  isPreview: boolean;
  /** Further fields of the vendor's document, such as `description`, `audience` or `sourceExperienceId`. */
  document: Record<string, unknown>;
  actions: FakeAction[];
  /** Who did what, under the vendor's broad names, newest last. */
  history: { id: string; action: string; email: string | null; at: number }[];
  changes: FakeChange[];
  results: FakeResults;
  /** What had been measured at earlier times, oldest first: results can be asked for a part of the time. */
  earlier: { at: number; measured: Measured[] }[];
}

export interface FakeOrganization {
  id: string;
  name: string;
  shopId: string;
}

/** Two variations, half and half. */
export function twoVariations(): FakeVariation[] {
  return [
    { id: randomUUID(), name: 'Control', percentage: 50, isControl: true, order: 0 },
    { id: randomUUID(), name: 'Variation 1', percentage: 50, isControl: false, order: 1 },
  ];
}

const TEST_TYPES: Readonly<Record<string, (type: string) => boolean>> = {
  hasTestPricing: (type) => type === 'pricing',
  hasTestShipping: (type) => type === 'shipping',
  hasTestCampaign: (type) => type === 'personalization/offer',
  hasTestContent: (type) => type.startsWith('content/'),
  hasTestContentUrl: (type) => type === 'content/url',
  hasTestContentAdvanced: (type) => type === 'content/advanced',
  hasTestContentOnsite: (type) => type === 'content/onsiteEdits',
  hasTestContentTemplate: (type) => type === 'content/template',
  hasTestContentTheme: (type) => type === 'content/theme',
  hasTestOnsiteInjections: () => false,
  hasTestCheckoutBlocks: (type) => type === 'checkoutBlock',
  hasTestPostPurchase: (type) => type === 'postPurchase',
  hasTestOnsiteUpsell: (type) => type === 'onsiteUpsell',
};

function commonDocument(kept: FakeExperience, organization: FakeOrganization): Record<string, unknown> {
  return {
    id: kept.id,
    name: kept.name,
    type: kept.type,
    category: kept.category,
    status: kept.status,
    organizationId: organization.id,
    testTypes: Object.fromEntries(Object.entries(TEST_TYPES).map(([name, fits]) => [name, fits(kept.type)])),
    currency: kept.currency === null ? null : { code: kept.currency, symbol: currencySymbol(kept.currency) },
    createdAtTs: kept.createdAtTs,
    startedAtTs: kept.startedAtTs,
    pausedAtTs: kept.pausedAtTs,
    endedAtTs: kept.endedAtTs,
    archivedAtTs: kept.archivedAtTs,
    lastUpdateTs: kept.lastUpdateTs,
    isDeleted: kept.isDeleted,
    isPreview: kept.isPreview,
    linkBaseUrl: null,
    requiresLink: false,
    productVariantCount: 0,
    experiencePageTargeting: [],
    experienceProductTargeting: [],
    experienceAnalysis: { analyticsViewType: 'sitewide_orders' },
    previewPath: '/',
    ...kept.document,
  };
}

/** Formatters take long to make, and every document has a currency. */
const symbols = new Map<string, string>();

function currencySymbol(code: string): string {
  let symbol = symbols.get(code);
  if (symbol === undefined) {
    const style = { style: 'currency', currency: code } as const;
    const parts = new Intl.NumberFormat('en-US', style).formatToParts(0);
    symbol = parts.find(({ type }) => type === 'currency')?.value ?? code;
    symbols.set(code, symbol);
  }
  return symbol;
}

/** What only a single experience has, and list items lack. */
const SINGLE_ONLY: Readonly<Record<string, unknown>> = {
  experienceIntegrations: [],
  experienceCustomMetrics: [],
  experienceKeyMetrics: [],
  shippingTestMethodDefinitions: [],
  shippingCarrierProvider: 'intelligems',
};

/** An item of the list: reduced, without who performed its actions, but with its history. */
export function listItem(kept: FakeExperience, organization: FakeOrganization): Record<string, unknown> {
  const common = Object.entries(commonDocument(kept, organization));
  return {
    ...Object.fromEntries(common.filter(([field]) => !Object.hasOwn(SINGLE_ONLY, field))),
    experienceActions: actionsOf(kept),
    variations: kept.variations.map((variation) => reducedVariation(kept, variation)),
    hasSchedule: false,
    history: kept.history.map(({ id, action, email, at }) => ({
      id,
      experienceId: kept.id,
      action,
      source: email === null ? 'external' : 'internal',
      user: email === null ? null : historyUser(email, organization),
      createdAtTs: at,
      lastUpdateTs: at,
    })),
  };
}

function actionsOf(kept: FakeExperience): Record<string, unknown>[] {
  return kept.actions.map(({ id, action, actionTs }) => ({ id, experienceId: kept.id, action, actionTs }));
}

/** The full document, as a webhook carries it: who performed the actions is not resolved yet. */
function wholeDocument(kept: FakeExperience, organization: FakeOrganization): Record<string, unknown> {
  return {
    ...SINGLE_ONLY,
    ...commonDocument(kept, organization),
    experienceActions: actionsOf(kept),
    variations: fullVariations(kept),
  };
}

/**
 * One experience as its own page gives it: `performedBy` is null until the action is `resolvesAfterMs` old.
 */
export function fullDocument(
  kept: FakeExperience,
  organization: FakeOrganization,
  { now, resolvesAfterMs, withChanges }: { now: number; resolvesAfterMs: number; withChanges: boolean },
): Record<string, unknown> {
  const isResolved = ({ actionTs }: FakeAction): boolean => now - actionTs >= resolvesAfterMs;
  return {
    ...wholeDocument(kept, organization),
    experienceActions: actionsOf(kept).map((entry, index) => {
      const action = kept.actions[index] as FakeAction;
      return { ...entry, performedBy: isResolved(action) ? action.performedBy : null };
    }),
    ...(withChanges ? { changeLog: kept.changes.slice(-20).reverse().map(changeLogEntry(kept)) } : {}),
  };
}

function changeLogEntry(kept: FakeExperience) {
  return (change: FakeChange) => ({
    actionTs: change.actionTs,
    performedBy: change.performedBy === null ? null : `Somebody <${change.performedBy}>`,
    change: {
      experience: {
        id: kept.id,
        changedFields: change.changedFields.filter((field) => field !== 'variations'),
        previous: withoutVariations(change.previous),
        updated: withoutVariations(change.updated),
      },
      variations: changedVariations(change),
    },
  });
}

function withoutVariations({ variations: _, ...fields }: Record<string, unknown>): Record<string, unknown> {
  return fields;
}

/** Variations are entities of their own in the change log: only those that differ, null on the side where they are not. */
function changedVariations({ previous, updated }: FakeChange): Record<string, unknown>[] {
  const listed = (side: unknown): FakeVariation[] => (Array.isArray(side) ? side : []);
  const before = new Map(listed(previous.variations).map((each) => [each.id, each]));
  const after = new Map(listed(updated.variations).map((each) => [each.id, each]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [was, is] = [before.get(id) ?? null, after.get(id) ?? null];
    const fields = Object.keys({ ...was, ...is });
    const changedFields = fields.filter(
      (field) => JSON.stringify(was?.[field]) !== JSON.stringify(is?.[field]),
    );
    return changedFields.length === 0 ? [] : [{ id, changedFields, previous: was, updated: is }];
  });
}

/** The variations as a single experience and the analytics show them. */
export function fullVariations(kept: FakeExperience): Record<string, unknown>[] {
  return kept.variations.map((variation) => ({
    priceChange: null,
    priceChangeUnit: null,
    priceRoundingType: null,
    priceRoundingAmount: null,
    onsiteEdits: [],
    onsiteInjections: null,
    offer: null,
    offerId: null,
    shippingRateGroups: [],
    excludeProducts: false,
    includeProducts: false,
    redirects: [],
    checkoutBlocks: [],
    experienceId: kept.id,
    functionSyncError: false,
    ...variation,
  }));
}

/** The fields of a variation in the list. */
const REDUCED = [
  'id',
  'name',
  'percentage',
  'isControl',
  'order',
  'functionSyncError',
  'offerId',
  'redirects',
];

function reducedVariation(kept: FakeExperience, variation: FakeVariation): Record<string, unknown> {
  const known = Object.entries(variation).filter(([field]) => REDUCED.includes(field));
  return { experienceId: kept.id, functionSyncError: false, ...Object.fromEntries(known) };
}

function historyUser(email: string, organization: FakeOrganization): Record<string, unknown> {
  return {
    id: randomUUID(),
    email,
    organizationId: organization.id,
    firstName: null,
    lastName: null,
    isBlocked: false,
    passwordResetRequired: false,
    showInfoPopup: false,
    showWelcome: false,
    installer: false,
  };
}

/** The body of the webhook for a change: the documented envelope around the full document. */
export function webhookBody(
  action: string,
  timestamp: number,
  kept: FakeExperience,
  organization: FakeOrganization,
): string {
  return JSON.stringify({ action, timestamp, experience: wholeDocument(kept, organization), organization });
}
