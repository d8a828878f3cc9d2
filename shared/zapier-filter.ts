import { ACTIONS, isAction, isRecord } from './events.ts';
import { ACTION_TITLES } from './words.ts';
import type { ZapierEvent } from './zapier-event.ts';

/** Which events a Zap wants; every field that is set narrows. */
export interface ZapierFilter {
  /** Names of actions; empty for all. One that nobody knows stays here, and fits no event. */
  actions: string[];
  experienceType: string | null;
  category: string | null;
  /** Compared without regard to case. */
  nameContains: string | null;
  experienceId: string | null;
}

/** Whether a Zap with this filter is to run for the event. */
export function passesFilter(
  event: Pick<
    ZapierEvent,
    'action_type' | 'experience_type' | 'category' | 'experience_name' | 'experience_id'
  >,
  filter: ZapierFilter,
): boolean {
  const wanted = filter.nameContains?.toLowerCase();
  return (
    (filter.actions.length === 0 || filter.actions.some((action) => action === event.action_type)) &&
    (filter.experienceType ?? event.experience_type) === event.experience_type &&
    (filter.category ?? event.category) === event.category &&
    (wanted === undefined || event.experience_name.toLowerCase().includes(wanted)) &&
    (filter.experienceId ?? event.experience_id) === event.experience_id
  );
}

/**
 * Reads a filter from JSON or from the fields of a Zap; what is missing, empty or of another type does not
 * narrow. Only of the actions nothing is left out, since a filter without any would let all events through:
 * ask {@link unknownActions} what is wrong.
 */
export function readZapierFilter(value: unknown): ZapierFilter {
  const fields = isRecord(value) ? value : {};
  return {
    actions: actionNames(fields.actions),
    experienceType: text(fields.experienceType),
    category: text(fields.category),
    nameContains: text(fields.nameContains),
    experienceId: text(fields.experienceId),
  };
}

/** What a filter names as actions that are none. */
export function unknownActions({ actions }: ZapierFilter): string[] {
  return actions.filter((action) => !isAction(action));
}

/** Actions by what people may write for them, in lower case. */
const BY_WORDS: ReadonlyMap<string, string> = new Map(
  ACTIONS.flatMap((action) => [
    [action.toLowerCase(), action],
    [ACTION_TITLES[action].toLowerCase(), action],
  ]),
);

/** Names of actions, from one or several, in a list or in plain text with commas; titles count as names. */
function actionNames(value: unknown): string[] {
  return [value]
    .flat()
    .flatMap((each) => (each === undefined || each === null ? [] : String(each).split(',')))
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => BY_WORDS.get(each.toLowerCase()) ?? each);
}

function text(value: unknown): string | null {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? null : trimmed;
}
