import { randomUUID } from 'node:crypto';
import type { Verdict } from '../../shared/intelligems-analytics.ts';

export type LifeAction = 'start' | 'pause' | 'end' | 'delete';

export interface FakeVariation {
  id: string;
  name: string;
  percentage: number;
  isControl: boolean;
  order: number;
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
  /** Null where no costs are set. */
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
  actions: FakeAction[];
  /** Who did what, under the vendor's broad names, newest last. */
  history: { id: string; action: string; email: string | null; at: number }[];
  changes: FakeChange[];
  results: FakeResults;
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
    currency: kept.currency === null ? null : { code: kept.currency, symbol: '$' },
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
  };
}

/** An item of the list: without who performed its actions, but with its history. */
export function listItem(kept: FakeExperience, organization: FakeOrganization): Record<string, unknown> {
  return {
    ...commonDocument(kept, organization),
    experienceActions: kept.actions.map(({ id, action, actionTs }) => ({
      id,
      experienceId: kept.id,
      action,
      actionTs,
    })),
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

/**
 * One experience as its own page gives it: who performed an action is told only when the action is at
 * least `resolvesAfterMs` old.
 */
export function fullDocument(
  kept: FakeExperience,
  organization: FakeOrganization,
  { now, resolvesAfterMs, withChanges }: { now: number; resolvesAfterMs: number; withChanges: boolean },
): Record<string, unknown> {
  return {
    ...commonDocument(kept, organization),
    experienceActions: kept.actions.map((entry) => ({
      id: entry.id,
      experienceId: kept.id,
      action: entry.action,
      actionTs: entry.actionTs,
      performedBy: now - entry.actionTs >= resolvesAfterMs ? entry.performedBy : null,
    })),
    variations: fullVariations(kept),
    experienceIntegrations: [],
    experienceCustomMetrics: [],
    experienceKeyMetrics: [],
    shippingTestMethodDefinitions: [],
    shippingCarrierProvider: 'intelligems',
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
        changedFields: change.changedFields,
        previous: change.previous,
        updated: change.updated,
      },
    },
  });
}

/** The variations as an experience's own page and the analytics show them. */
export function fullVariations(kept: FakeExperience): Record<string, unknown>[] {
  return kept.variations.map((variation) => ({
    ...reducedVariation(kept, variation),
    priceChange: '0',
    priceChangeUnit: 'percent',
    onsiteEdits: [],
  }));
}

function reducedVariation(kept: FakeExperience, variation: FakeVariation): Record<string, unknown> {
  return { ...variation, experienceId: kept.id, functionSyncError: false };
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

/** The body of the webhook that tells of a change, as the vendor documents it. */
export function webhookBody(
  action: string,
  timestamp: number,
  kept: FakeExperience,
  organization: FakeOrganization,
): string {
  return JSON.stringify({
    action,
    timestamp,
    experience: {
      id: kept.id,
      name: kept.name,
      type: kept.type,
      category: kept.category,
      status: kept.status,
      testTypes: [kept.type],
      variations: kept.variations,
      experienceActions: kept.actions.map(({ performedBy: _, ...entry }) => ({
        ...entry,
        experienceId: kept.id,
      })),
      currency: kept.currency,
      createdAtTs: kept.createdAtTs,
      startedAtTs: kept.startedAtTs,
      pausedAtTs: kept.pausedAtTs,
      endedAtTs: kept.endedAtTs,
      lastUpdateTs: kept.lastUpdateTs,
      isDeleted: kept.isDeleted,
      isPreview: kept.isPreview,
    },
    organization,
  });
}
