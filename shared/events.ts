/**
 * The experience webhooks of Intelligems: their six actions, the shape of one event, and a parser that
 * trusts nothing but `action` and `experience.id`, and throws nothing away.
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
  priceChange?: number;
  priceChangeUnit?: string;
}

export interface ExperienceAction {
  id?: string;
  /** start, pause, end, delete or reset. */
  action?: string;
  /** Milliseconds since 1970. */
  actionTs?: number;
  /** An email address; absent or null where the vendor does not know it (yet). */
  performedBy?: string;
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
  testTypes: string[];
  variations: Variation[];
  experienceActions: ExperienceAction[];
  currency?: string;
  createdAtTs?: number;
  startedAtTs?: number;
  pausedAtTs?: number;
  endedAtTs?: number;
  lastUpdateTs?: number;
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
  /** When it happened, in milliseconds since 1970; null where the payload does not tell. */
  timestamp: number | null;
  experience: Experience;
  organization: Organization;
  /** When it came, in milliseconds since 1970; absent where nobody has said. */
  receivedAt?: number;
  /** The whole body as it was parsed, with every field that is unknown here. */
  payload: Record<string, unknown>;
}

/** Why a verified body is not an event that this project knows. */
export type EventProblem = 'not JSON' | 'not an object' | 'unknown action' | 'no experience';

export type ParsedEvent =
  | { ok: true; event: ExperienceEvent }
  | { ok: false; problem: EventProblem; hint: string };

const decoder = new TextDecoder();

/** The longest id that is taken, in characters: it becomes part of the keys by which other things are found. */
const LONGEST_ID = 256;

/**
 * Reads a webhook's body (bytes in UTF-8, or the string they decode to). Never throws: what is no known
 * event is answered with the problem and a hint in words. A field of an unexpected type counts as absent.
 */
export function parseEvent(body: Uint8Array | string): ParsedEvent {
  let payload: unknown;
  try {
    payload = JSON.parse(typeof body === 'string' ? body : decoder.decode(body));
  } catch (error) {
    return { ok: false, problem: 'not JSON', hint: `The body is not JSON: ${(error as Error).message}.` };
  }
  if (!isRecord(payload)) {
    return { ok: false, problem: 'not an object', hint: 'The body is JSON, but no object with an action.' };
  }
  const { action } = payload;
  if (!isAction(action)) {
    const named = typeof action === 'string' ? `“${action.slice(0, 60)}”` : 'missing';
    return {
      ok: false,
      problem: 'unknown action',
      hint: `The action is ${named}; known are ${ACTIONS.join(', ')}.`,
    };
  }
  const id = isRecord(payload.experience) ? text(payload.experience.id) : undefined;
  if (!isRecord(payload.experience) || id === undefined || id === '') {
    return { ok: false, problem: 'no experience', hint: 'The body names no experience.id.' };
  }
  if (id.length > LONGEST_ID) {
    const hint = `The body’s experience.id has ${id.length} characters, where a UUID has 36.`;
    return { ok: false, problem: 'no experience', hint };
  }
  return {
    ok: true,
    event: {
      action,
      timestamp: time(payload.timestamp) ?? null,
      experience: readExperience(payload.experience, id),
      organization: readOrganization(payload.organization, payload.experience),
      payload,
    },
  };
}

/** Whether the value is the name of one of the six actions. */
export function isAction(value: unknown): value is Action {
  return ACTIONS.includes(value as Action);
}

/**
 * Reads an experience document as it stands in a webhook or in an answer of the External API.
 *
 * @param id its id where the caller has checked it already
 */
export function readExperience(document: Record<string, unknown>, id = text(document.id) ?? ''): Experience {
  return {
    id,
    name: text(document.name),
    description: text(document.description),
    type: text(document.type),
    category: text(document.category),
    status: text(document.status),
    testTypes: list(document.testTypes).filter((entry) => typeof entry === 'string'),
    variations: list(document.variations).filter(isRecord).map(readVariation),
    experienceActions: list(document.experienceActions).filter(isRecord).map(readExperienceAction),
    currency: currencyCode(document.currency),
    createdAtTs: time(document.createdAtTs),
    startedAtTs: time(document.startedAtTs),
    pausedAtTs: time(document.pausedAtTs),
    endedAtTs: time(document.endedAtTs),
    lastUpdateTs: time(document.lastUpdateTs),
    isPreview: flag(document.isPreview),
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

/** The vendor's own automation code finds the organization by `experience.organizationId` too. */
function readOrganization(value: unknown, experience: Record<string, unknown>): Organization {
  const { id, name, shopId } = isRecord(value) ? value : {};
  return { id: text(id) ?? text(experience.organizationId), name: text(name), shopId: text(shopId) };
}

/** What an entry of `experienceActions` is called for each webhook action; the other two have none. */
const ACTION_ENTRIES: Partial<Record<Action, string>> = {
  startExperience: 'start',
  pauseExperience: 'pause',
  endExperience: 'end',
  deleteExperience: 'delete',
};

/** How far apart a webhook and the entry it belongs to may lie, in milliseconds. */
const ENTRY_TOLERANCE_MS = 10 * 60_000;

/**
 * The email address of the person who caused the event, or null where the payload does not tell: first
 * from a field that names a user, then from the newest entry of `experienceActions` that fits the action
 * and its time.
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
 * The email address in the newest of the entries that fits the action and, where a time is given (in
 * milliseconds), lies within ten minutes of it; null where there is none.
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

/** Whether the value is an object with keys: no list, no null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The three letters of a currency, given alone or with the symbol beside them. */
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
