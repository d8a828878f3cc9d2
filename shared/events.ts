/**
 * The experience webhooks of Intelligems: the six actions, the shape of an event, and a parser. The parser
 * requires only `action` and `experience.id`, and keeps every unknown field in `payload`.
 */

/** The six actions, in the order in which an experience usually lives through them. */
export const ACTIONS = [
  'createExperience',
  'startExperience',
  'pauseExperience',
  'endExperience',
  'updateExperience',
  'deleteExperience',
] as const;

export type Action = (typeof ACTIONS)[number];

export interface Variation {
  id?: string;
  name?: string;
  /** Share of the traffic, 0 to 100. */
  percentage?: number;
  isControl?: boolean;
  order?: number;
  /** In the unit of `priceChangeUnit`. */
  priceChange?: number;
  /** `percent`, or `dollar`: an amount in the store’s currency, whatever that is. */
  priceChangeUnit?: string;
  /** Its discount or shipping function did not reach Shopify: visitors do not get what the test promises. */
  functionSyncError?: boolean;
}

export interface ExperienceAction {
  id?: string;
  /** start, pause, end, delete or reset. */
  action?: string;
  /** Milliseconds since 1970. */
  actionTs?: number;
  /** An email address; undefined until Intelligems knows it. */
  performedBy?: string;
}

/** The metric that decides whether a test won. */
export interface PrimaryMetric {
  /** The vendor’s name of a standard metric, such as `netRevenuePerVisitor`; undefined for a custom event. */
  standardEventId?: string;
  /** The name of a custom event. */
  customName?: string;
}

/** The fields that this project reads. All times are milliseconds since 1970. */
export interface Experience {
  id: string;
  name?: string;
  /** The hypothesis, or another note that a person wrote. */
  description?: string;
  type?: string;
  category?: string;
  status?: string;
  /** What is tested: the names of the vendor’s flags that are true, such as `hasTestPricing`. */
  testTypes: string[];
  variations: Variation[];
  experienceActions: ExperienceAction[];
  /** The store’s currency, as an ISO 4217 code. */
  currency?: string;
  primaryMetric?: PrimaryMetric;
  organizationId?: string;
  /** The experience that this one was made from. */
  sourceExperienceId?: string;
  /** How it was made from that one: `duplicate` or `rollout`. */
  sourceAction?: string;
  createdAtTs?: number;
  startedAtTs?: number;
  pausedAtTs?: number;
  endedAtTs?: number;
  lastUpdateTs?: number;
  /**
   * It has never been started, and only previews show it. False after a first start: Intelligems returns an
   * experience to preview mode with each pause and end, which is not news.
   */
  isPreview?: boolean;
}

export interface Organization {
  id?: string;
  name?: string;
  /** The store's myshopify domain. */
  shopId?: string;
}

export interface ExperienceEvent {
  action: Action;
  /** When it happened, in milliseconds since 1970; null if the payload does not say. */
  timestamp: number | null;
  experience: Experience;
  organization: Organization;
  /** When it was received, in milliseconds since 1970; undefined if unknown. */
  receivedAt?: number;
  /** The parsed body, with every field. */
  payload: Record<string, unknown>;
}

/** Why a verified body is not a known event. */
export type EventProblem = 'not JSON' | 'not an object' | 'unknown action' | 'no experience';

export type ParsedEvent =
  | { ok: true; event: ExperienceEvent }
  | { ok: false; problem: EventProblem; hint: string };

const decoder = new TextDecoder();

/** The longest accepted id, in characters: ids become part of keys. */
const LONGEST_ID = 256;

/**
 * Reads a webhook's body (UTF-8 bytes or text). Never throws: a body that is not a known event gives the
 * problem and a hint in words. A field of an unexpected type counts as missing.
 */
export function parseEvent(body: Uint8Array | string): ParsedEvent {
  let payload: unknown;
  try {
    payload = JSON.parse(typeof body === 'string' ? body : decoder.decode(body));
  } catch (error) {
    return { ok: false, problem: 'not JSON', hint: `The body is not JSON: ${(error as Error).message}.` };
  }
  if (!isRecord(payload)) {
    return {
      ok: false,
      problem: 'not an object',
      hint: 'The body is JSON, but not an object with an action.',
    };
  }
  const { action } = payload;
  if (!isAction(action)) {
    const named = typeof action === 'string' ? `“${action.slice(0, 60)}”` : 'missing';
    const hint = `The action is ${named}; the known actions are ${ACTIONS.join(', ')}.`;
    return { ok: false, problem: 'unknown action', hint };
  }
  const id = isRecord(payload.experience) ? text(payload.experience.id) : undefined;
  if (!isRecord(payload.experience) || id === undefined || id === '') {
    return { ok: false, problem: 'no experience', hint: 'The body has no experience.id.' };
  }
  if (id.length > LONGEST_ID) {
    const hint = `The body’s experience.id has ${id.length} characters; a UUID has 36.`;
    return { ok: false, problem: 'no experience', hint };
  }
  const experience = readExperience(payload.experience, id);
  return {
    ok: true,
    event: {
      action,
      timestamp: time(payload.timestamp) ?? null,
      experience,
      organization: readOrganization(payload.organization, experience),
      payload,
    },
  };
}

/** Whether the value is the name of one of the six actions. */
export function isAction(value: unknown): value is Action {
  return ACTIONS.includes(value as Action);
}

/**
 * Reads an experience document, from a webhook or from the External API. Never throws.
 *
 * @param id its id, if the caller has checked it already
 */
export function readExperience(document: Record<string, unknown>, id = text(document.id) ?? ''): Experience {
  const experience: Experience = {
    id,
    name: text(document.name),
    description: text(document.description),
    type: text(document.type),
    category: text(document.category),
    status: text(document.status),
    testTypes: readTestTypes(document.testTypes),
    variations: list(document.variations).filter(isRecord).map(readVariation),
    experienceActions: list(document.experienceActions).filter(isRecord).map(readExperienceAction),
    currency: currencyCode(document.currency),
    primaryMetric: readPrimaryMetric(document),
    organizationId: text(document.organizationId),
    sourceExperienceId: text(document.sourceExperienceId),
    sourceAction: text(document.sourceAction),
    createdAtTs: time(document.createdAtTs),
    startedAtTs: time(document.startedAtTs),
    pausedAtTs: time(document.pausedAtTs),
    endedAtTs: time(document.endedAtTs),
    lastUpdateTs: time(document.lastUpdateTs),
  };
  const isPreview = flag(document.isPreview);
  return { ...experience, isPreview: isPreview && !wasStarted(experience) };
}

/** Whether an experience has ever been live, by its status, its times, or its actions. */
export function wasStarted({ status, startedAtTs, experienceActions }: Experience): boolean {
  return (
    startedAtTs !== undefined ||
    (status !== undefined && status !== 'pending') ||
    experienceActions.some(({ action }) => action === 'start')
  );
}

/** The API gives an object of flags; a list of names is read too. */
function readTestTypes(value: unknown): string[] {
  return isRecord(value)
    ? Object.keys(value).filter((name) => value[name] === true)
    : list(value).filter((entry) => typeof entry === 'string');
}

function readPrimaryMetric(document: Record<string, unknown>): PrimaryMetric | undefined {
  const primary = list(document.experienceKeyMetrics)
    .filter(isRecord)
    .find((metric) => metric.isPrimary === true);
  if (primary === undefined) {
    return undefined;
  }
  const custom = list(document.experienceCustomMetrics)
    .filter(isRecord)
    .find(({ id }) => id !== undefined && id === primary.experienceCustomMetricId);
  return {
    standardEventId: text(primary.standardEventId),
    customName: isRecord(custom?.customEvent) ? text(custom.customEvent.name) : undefined,
  };
}

function readVariation(document: Record<string, unknown>): Variation {
  return {
    id: text(document.id),
    name: text(document.name),
    percentage: number(document.percentage),
    isControl: flag(document.isControl),
    order: number(document.order),
    priceChange: number(document.priceChange),
    priceChangeUnit: text(document.priceChangeUnit),
    functionSyncError: flag(document.functionSyncError),
  };
}

function readExperienceAction(document: Record<string, unknown>): ExperienceAction {
  return {
    id: text(document.id),
    action: text(document.action),
    actionTs: time(document.actionTs),
    performedBy: text(document.performedBy),
  };
}

/** The vendor's own automation code reads `experience.organizationId`, which is used if `organization.id` is missing. */
function readOrganization(value: unknown, { organizationId }: Experience): Organization {
  const organization = isRecord(value) ? value : {};
  return {
    id: text(organization.id) || organizationId,
    name: text(organization.name),
    shopId: text(organization.shopId),
  };
}

/** The name that `experienceActions` has for each webhook action; creating and updating have none. */
const ACTION_ENTRIES: Partial<Record<Action, string>> = {
  startExperience: 'start',
  pauseExperience: 'pause',
  endExperience: 'end',
  deleteExperience: 'delete',
};

/** How far a webhook's time and the time of its entry may differ, in milliseconds. */
const ENTRY_TOLERANCE_MS = 10 * 60_000;

/**
 * The email address of the person who caused the event, or null if the payload does not say. A field that
 * names a user wins; otherwise the newest entry of `experienceActions` that matches the action and its time.
 */
export function triggeredBy(event: ExperienceEvent): string | null {
  const { payload } = event;
  const user = isRecord(payload.user) ? payload.user.email : undefined;
  for (const candidate of [payload.triggeredBy, payload.triggeredByEmail, user, payload.performedBy]) {
    const named = isRecord(candidate) ? candidate.email : candidate;
    if (typeof named === 'string' && named.trim() !== '') {
      return named.trim();
    }
  }
  return performedBy(event.experience.experienceActions, event.action, event.timestamp);
}

/**
 * The email address in the newest entry that matches the action and is within ten minutes of `timestamp`
 * (milliseconds since 1970; null matches any time). Null if there is none.
 */
export function performedBy(
  entries: readonly ExperienceAction[],
  action: Action,
  timestamp: number | null,
): string | null {
  const wanted = ACTION_ENTRIES[action];
  if (wanted === undefined) {
    return null;
  }
  const fitting = entries
    .filter((entry) => entry.action === wanted)
    .filter(
      ({ actionTs }) =>
        timestamp === null || actionTs === undefined || Math.abs(actionTs - timestamp) <= ENTRY_TOLERANCE_MS,
    )
    .sort((one, other) => (other.actionTs ?? 0) - (one.actionTs ?? 0));
  return fitting[0]?.performedBy || null;
}

/** Whether the value is an object, and not a list or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The ISO 4217 code: the API gives an object with the code and the symbol; a plain code is read too. */
function currencyCode(value: unknown): string | undefined {
  return text(isRecord(value) ? value.code : value);
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** The last millisecond that a Date can hold. */
const LAST_TIME = 8_640_000_000_000_000;

/** A time in milliseconds, from milliseconds (a number or its digits) or an ISO 8601 string. */
function time(value: unknown): number | undefined {
  const parsed = number(value) ?? (typeof value === 'string' ? Date.parse(value) : Number.NaN);
  return Number.isFinite(parsed) && parsed > 0 && parsed <= LAST_TIME ? Math.trunc(parsed) : undefined;
}
