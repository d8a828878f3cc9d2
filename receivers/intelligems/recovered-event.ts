import { type Action, type ExperienceEvent, isRecord } from '../../shared/events.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';

/** An action that Intelligems recorded and no webhook reported. */
export interface MissedAction {
  action: Action;
  /** When it happened, milliseconds since 1970. */
  at: number;
  /** The email address of who did it; null if not known yet. */
  by: string | null;
}

type Document = Record<string, unknown>;

/** What an action sets. Pausing and ending return an experience to preview mode. */
const SET_BY: Partial<Record<Action, Document>> = {
  startExperience: { status: 'started', isPreview: false },
  pauseExperience: { status: 'paused', isPreview: true },
  endExperience: { status: 'ended', isPreview: true },
  deleteExperience: { isDeleted: true },
};

/** What the API knows better than the last webhook, although it is the current state. */
const OVERLAID = ['name', 'type', 'category'] as const;

/** What list items and change logs have, and webhooks do not. */
const NOT_IN_WEBHOOKS = ['history', 'hasSchedule', 'changeLog'];

/** The fields that every variation has. */
const VARIATION_FIELDS = ['id', 'name', 'percentage', 'isControl', 'order'];

/**
 * The body of the webhook that never came, in the documented envelope: the API's document, set back to the
 * moment of the action. Fields that the last webhook had keep its values, so that comparing the two finds no
 * change that nobody made.
 *
 * @param current the experience as the API gives it; null if it is gone
 * @param last the newest known event of the experience before the action; null for none
 * @param organization of the envelope
 */
export function recoveredBody(
  { action, at, by }: MissedAction,
  current: ApiExperience | null,
  last: Pick<ExperienceEvent, 'payload'> | null,
  organization: Document,
): Buffer {
  const snapshot = last !== null && isRecord(last.payload.experience) ? last.payload.experience : {};
  const experience = current === null ? snapshot : documentAt(at, current, snapshot);
  return Buffer.from(
    JSON.stringify({
      action,
      timestamp: at,
      ...(by === null ? {} : { triggeredBy: by }),
      experience: {
        ...experience,
        ...SET_BY[action],
      },
      organization,
    }),
  );
}

function documentAt(at: number, current: ApiExperience, snapshot: Document): Document {
  const { document } = current;
  const until = (time: number | undefined): number | null => (time !== undefined && time <= at ? time : null);
  const overlaid = OVERLAID.filter((field) => document[field] !== undefined);
  const fields = Object.entries(document).filter(([field]) => !NOT_IN_WEBHOOKS.includes(field));
  return {
    ...Object.fromEntries(fields),
    ...snapshot,
    id: current.id,
    ...Object.fromEntries(overlaid.map((field) => [field, document[field]])),
    variations: variationsOf(document.variations, snapshot.variations),
    experienceActions: actionsUntil(at, current),
    createdAtTs: current.createdAtTs ?? null,
    startedAtTs: until(current.startedAtTs),
    pausedAtTs: until(current.pausedAtTs),
    endedAtTs: until(current.endedAtTs),
    lastUpdateTs: at,
  };
}

function actionsUntil(at: number, { id, document }: ApiExperience): Document[] {
  const actions = Array.isArray(document.experienceActions) ? document.experienceActions : [];
  return actions
    .filter(isRecord)
    .filter(({ actionTs }) => typeof actionTs === 'number' && actionTs <= at)
    .map((entry) => ({ experienceId: id, ...entry }));
}

function variationsOf(current: unknown, earlier: unknown): unknown {
  if (!Array.isArray(current)) {
    return earlier ?? [];
  }
  const before = Array.isArray(earlier) ? earlier.filter(isRecord) : [];
  return current.filter(isRecord).map((variation) => {
    const known = before.find(({ id }) => id === variation.id) ?? {};
    const fields = [...VARIATION_FIELDS, ...Object.keys(known)].filter((field) => field in variation);
    return { ...known, ...Object.fromEntries(fields.map((field) => [field, variation[field]])) };
  });
}
