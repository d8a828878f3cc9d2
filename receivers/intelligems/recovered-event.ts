import { type Action, type ExperienceEvent, isRecord } from '../../shared/events.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';

/** An action that Intelligems knows of, as a webhook would have told it. */
export interface MissedAction {
  action: Action;
  /** When it happened, milliseconds since 1970. */
  at: number;
  /** The email address of who did it; null where that is not known yet. */
  by: string | null;
}

type Document = Record<string, unknown>;

const STATUS_AFTER: Partial<Record<Action, string>> = {
  startExperience: 'started',
  pauseExperience: 'paused',
  endExperience: 'ended',
};

/** The documented fields of a webhook's experience that the API's document tells as they are now. */
const OVERLAID = ['name', 'type', 'category'] as const;

/** The fields of a variation that webhooks have in every case. */
const VARIATION_FIELDS = ['id', 'name', 'percentage', 'isControl', 'order'];

/**
 * The body of the webhook that never came, in the documented envelope: the experience as the API describes
 * it, set back to the moment of the action. What only webhooks tell is taken from the last one, so that the
 * next comparison of two snapshots finds no change that nobody made.
 *
 * @param current the experience as the API gives it; null where it is gone
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
  const status = STATUS_AFTER[action];
  return Buffer.from(
    JSON.stringify({
      action,
      timestamp: at,
      ...(by === null ? {} : { triggeredBy: by }),
      experience: {
        ...experience,
        ...(status === undefined ? {} : { status }),
        ...(action === 'deleteExperience' ? { isDeleted: true } : {}),
      },
      organization,
    }),
  );
}

function documentAt(at: number, current: ApiExperience, snapshot: Document): Document {
  const { document } = current;
  const until = (time: number | undefined): number | null => (time !== undefined && time <= at ? time : null);
  const overlaid = OVERLAID.filter((field) => document[field] !== undefined);
  return {
    ...snapshot,
    id: current.id,
    ...Object.fromEntries(overlaid.map((field) => [field, document[field]])),
    testTypes: snapshot.testTypes ?? current.testTypes,
    variations: variationsOf(document.variations, snapshot.variations),
    experienceActions: actionsUntil(at, current),
    currency: current.currency ?? null,
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
