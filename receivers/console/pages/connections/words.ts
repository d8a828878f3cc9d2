import { isRecord } from '../../../../shared/events.ts';
import { typeWords } from '../../../../shared/words.ts';
import type { SetBy } from '../../../contract/connection.ts';

const and = new Intl.ListFormat('en-US', { type: 'conjunction' });
const or = new Intl.ListFormat('en-US', { type: 'disjunction' });

/** “are created”, after “experiences that”. */
const ACTIONS: Readonly<Record<string, string>> = {
  create: 'are created',
  start: 'start',
  update: 'change',
  pause: 'are paused',
  end: 'end',
  delete: 'are deleted',
};

/**
 * A route in a sentence: “Price experiences that start or end → #pricing, quiet from 22:00 to 07:00”.
 *
 * @param values as receivers.yaml has them
 * @param titles of destinations and sources, by their names
 */
export function routeSentence(
  values: Readonly<Record<string, unknown>>,
  titles: ReadonlyMap<string, string>,
): string {
  const titled = (names: readonly string[]) => names.map((name) => titles.get(name) ?? name);
  const to = titled(textsOf(values.to));
  const where =
    values.mute === true || values.mute === 'true'
      ? `not to ${to.length === 0 ? 'any destination' : or.format(to)}`
      : `→ ${to.length === 0 ? 'nowhere' : and.format(to)}`;
  return `${eventsWords(isRecord(values.when) ? values.when : {}, titled)} ${where}${quietWords(values.quietHours)}`;
}

function eventsWords(
  when: Readonly<Record<string, unknown>>,
  titled: (names: readonly string[]) => string[],
): string {
  const types = textsOf(when.types).map((type) => (type.includes('*') ? type : typeWords(type)));
  const categories = textsOf(when.categories);
  const subject =
    types.length > 0
      ? `${or.format(types)} experiences`
      : categories.length > 0
        ? `${or.format(categories)}s`
        : 'experiences';
  const actions = textsOf(when.actions).map((action) => ACTIONS[action.replace('Experience', '')] ?? action);
  const parts = [
    listed('named', textsOf(when.names)),
    listed('of', textsOf(when.organizations)),
    listed('from', titled(textsOf(when.sources))),
    listed('with status', textsOf(when.statuses)),
    shareWords(when.share),
    actions.length === 0 ? '' : `that ${or.format(actions)}`,
  ].filter((part) => part !== '');
  const isAll = parts.length === 0 && subject === 'experiences';
  const words = isAll ? 'All events' : [subject, ...parts].join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function listed(word: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `${word} ${or.format(values)}`;
}

function shareWords(share: unknown): string {
  if (!isRecord(share)) {
    return '';
  }
  return `with a variation of ${share.atLeast ?? 0} to ${share.atMost ?? 100} % of the traffic`;
}

function quietWords(quiet: unknown): string {
  if (!isRecord(quiet)) {
    return '';
  }
  const days = textsOf(quiet.days);
  const on = days.length === 0 ? '' : ` on ${and.format(days)}`;
  const dropped = quiet.afterwards === 'drop' ? ', and not sent later' : '';
  return `, quiet from ${quiet.from} to ${quiet.to}${on}${dropped}`;
}

/** A list, or a text as people write a list. */
export function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.map(String);
  }
  return typeof value === 'string' && value !== '' ? value.split(',').map((text) => text.trim()) : [];
}

/** Where something is set, for what cannot be changed here; null for what can. */
export function setElsewhere(setBy: SetBy): string | null {
  switch (setBy.by) {
    case 'console':
      return null;
    case 'file':
      return `Set in ${setBy.where}. Change it there and restart the receiver.`;
    case 'environment':
      return `Set by ${setBy.where}. Change it there and restart the receiver.`;
    default:
      return setBy.where;
  }
}
