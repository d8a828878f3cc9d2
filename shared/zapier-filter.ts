import { ACTIONS, isAction, isRecord } from './events.ts';
import { HEALTH_CHECKS, HEALTH_WORDS, type HealthCheck } from './health-words.ts';
import { ACTION_TITLES, categoryWords, EXPERIENCE_TYPES, typeWords } from './words.ts';
import { SETTING_TITLES, type ZapierEvent } from './zapier-event.ts';
import { enteredText } from './zapier-text.ts';

/** Which events a Zap wants; each field that is set narrows them. */
export interface ZapierFilter {
  /** Names of actions; empty for all. */
  actions: string[];
  experienceType: string | null;
  category: string | null;
  /** Compared without regard to case. */
  nameContains: string | null;
  experienceId: string | null;
  /** The store's domain, or the name or ID of its organization. */
  store: string | null;
  /** Names of settings of which at least one changed; empty for all. Narrows updates only. */
  changedSettings: string[];
  /** Names of health checks; empty for all. Narrows health alerts only. */
  checks: string[];
  /** `began` or `over`; null for both. Narrows health alerts only. */
  alarmState: string | null;
}

/** The part of an event that a filter checks. */
export type FilteredEvent = Pick<
  ZapierEvent,
  | 'action_type'
  | 'experience_type'
  | 'category'
  | 'experience_name'
  | 'experience_id'
  | 'store'
  | 'organization_name'
  | 'organization_id'
  | 'changed_settings'
> & {
  /** Of a health alert. */
  check?: string;
  state?: string;
};

/** Whether a Zap with this filter runs for the event. */
export function passesFilter(event: FilteredEvent, filter: ZapierFilter): boolean {
  const wanted = filter.nameContains?.toLowerCase();
  return (
    (filter.actions.length === 0 || filter.actions.includes(event.action_type)) &&
    (filter.experienceType ?? event.experience_type) === event.experience_type &&
    (filter.category ?? event.category) === event.category &&
    (wanted === undefined || event.experience_name.toLowerCase().includes(wanted)) &&
    (filter.experienceId ?? event.experience_id) === event.experience_id &&
    isOfStore(event, filter.store) &&
    changedWhatIsWanted(event, filter.changedSettings) &&
    isWantedAlarm(event, filter)
  );
}

function isWantedAlarm({ check, state }: FilteredEvent, { checks, alarmState }: ZapierFilter): boolean {
  return (
    check === undefined ||
    ((checks.length === 0 || checks.includes(check)) && (alarmState ?? state) === state)
  );
}

const SHOPIFY_DOMAIN = '.myshopify.com';

function isOfStore(
  { store, organization_name: name, organization_id: id }: FilteredEvent,
  wanted: string | null,
): boolean {
  if (wanted === null) {
    return true;
  }
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .replace(/\/.*$/, '');
  const names = [store, store?.replace(SHOPIFY_DOMAIN, ''), name, id].filter((each) => each != null);
  return names.some((each) => plain(each) === plain(wanted));
}

function changedWhatIsWanted(event: FilteredEvent, wanted: readonly string[]): boolean {
  if (wanted.length === 0 || event.action_type !== 'updateExperience') {
    return true;
  }
  const changed = event.changed_settings?.split(', ') ?? [];
  return wanted.some((name) => changed.includes(SETTING_TITLES[name as keyof typeof SETTING_TITLES]));
}

/**
 * Reads a filter from JSON or from the fields of a Zap. What is missing, blank or of another type does not narrow.
 * Labels count as the values that they stand for: `Price` as `pricing`. A value that is not known stays as it is and
 * matches no event: {@link filterProblem} says so.
 */
export function readZapierFilter(value: unknown): ZapierFilter {
  const fields = isRecord(value) ? value : {};
  return {
    actions: names(fields.actions).map((each) => ACTION_NAMES.get(each.toLowerCase()) ?? each),
    experienceType: known(fields.experienceType, TYPE_NAMES),
    category: known(fields.category, CATEGORY_NAMES),
    nameContains: enteredText(fields.nameContains),
    experienceId: enteredText(fields.experienceId),
    store: enteredText(fields.store),
    changedSettings: names(fields.changedSettings).map(
      (each) => SETTING_NAMES.get(each.toLowerCase()) ?? each,
    ),
    checks: names(fields.checks).map((each) => CHECK_NAMES.get(each.toLowerCase()) ?? each),
    alarmState: known(fields.alarmState, STATE_NAMES),
  };
}

/** Why a filter can never match, in words for people; null if it can. */
export function filterProblem(filter: ZapierFilter): { title: string; detail: string } | null {
  const foreign = filter.actions.filter((action) => !isAction(action));
  const settings = filter.changedSettings.filter((name) => !Object.hasOwn(SETTING_TITLES, name));
  const { experienceType, category } = filter;
  if (foreign.length > 0) {
    const detail = `No event is called ${quoted(foreign)}. The events are ${ACTIONS.join(', ')}.`;
    return { title: 'Unknown action', detail };
  }
  if (experienceType !== null && !EXPERIENCE_TYPES.includes(experienceType)) {
    const types = EXPERIENCE_TYPES.map((type) => `${typeWords(type)} (${type})`).join(', ');
    const detail = `No experience type is called ${quoted([experienceType])}. The types are ${types}.`;
    return { title: 'Unknown experience type', detail };
  }
  if (category !== null && !CATEGORIES.includes(category)) {
    const detail = `No category is called ${quoted([category])}. The categories are ${CATEGORIES.join(' and ')}.`;
    return { title: 'Unknown category', detail };
  }
  if (settings.length > 0) {
    const titles = Object.entries(SETTING_TITLES).map(([name, title]) => `${title} (${name})`);
    const detail = `No setting is called ${quoted(settings)}. The settings are ${titles.join(', ')}.`;
    return { title: 'Unknown setting', detail };
  }
  const checks = filter.checks.filter((name) => !HEALTH_CHECKS.some((check) => check === name));
  if (checks.length > 0) {
    const titles = HEALTH_CHECKS.map((check) => `${HEALTH_WORDS[check].title} (${check})`).join(', ');
    const detail = `No check is called ${quoted(checks)}. The checks are ${titles}.`;
    return { title: 'Unknown check', detail };
  }
  if (filter.alarmState !== null && !Object.hasOwn(ALARM_STATES, filter.alarmState)) {
    const detail = `No state of an alarm is called ${quoted([filter.alarmState])}. Write began or over.`;
    return { title: 'Unknown state', detail };
  }
  return null;
}

/** The states of an alarm, with a label for each. */
export const ALARM_STATES: Readonly<Record<string, string>> = { began: 'It begins', over: 'It is over' };

const CATEGORIES: readonly string[] = ['experiment', 'personalization'];

/** Values by what people may write for them, in lower case. */
type Names = ReadonlyMap<string, string>;

const ACTION_NAMES = namesOf(ACTIONS, (action) => ACTION_TITLES[action as keyof typeof ACTION_TITLES]);
const TYPE_NAMES = namesOf(EXPERIENCE_TYPES, typeWords);
const CATEGORY_NAMES = namesOf(CATEGORIES, categoryWords);
const SETTING_NAMES = namesOf(
  Object.keys(SETTING_TITLES),
  (name) => SETTING_TITLES[name as keyof typeof SETTING_TITLES],
);

function namesOf(values: readonly string[], label: (value: string) => string): Names {
  return new Map(
    values.flatMap((value) => [
      [label(value).toLowerCase(), value],
      [value.toLowerCase(), value],
    ]),
  );
}

function known(value: unknown, namesByWords: Names): string | null {
  const written = enteredText(value);
  return written === null ? null : (namesByWords.get(written.toLowerCase()) ?? written);
}

const CHECK_NAMES = namesOf(HEALTH_CHECKS, (check) => HEALTH_WORDS[check as HealthCheck].title);
const STATE_NAMES = namesOf(Object.keys(ALARM_STATES), (state) => ALARM_STATES[state] as string);

/** One or several names, in a list or in text with commas. Whatever is not text stays visible as a name. */
function names(value: unknown): string[] {
  return [value]
    .flat()
    .flatMap((each) => (each === undefined || each === null ? [] : String(each).split(',')))
    .flatMap((each) => enteredText(each) ?? []);
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `“${value.length > 60 ? `${value.slice(0, 59)}…` : value}”`).join(', ');
}
