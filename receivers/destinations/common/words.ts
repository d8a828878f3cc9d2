import type { Action, Experience, Organization } from '../../../shared/events.ts';
import { HEALTH_WORDS } from '../../../shared/health-words.ts';
import { ACTION_VERBS, categoryWords, nameWords, typeWords } from '../../../shared/words.ts';
import type { Change, RolledOut } from '../../contract/experience.ts';
import type { ExperienceMessage, Report } from '../../contract/message.ts';
import { aboutExperience } from '../../experience/about.ts';
import { requestedWords } from '../../experience/requester.ts';
import { peopleOf } from './people.ts';
import { inline, oneLine } from './text.ts';

/** Signs that differ in shape, not only in color. The words always come with them. */
export const ACTION_SIGNS: Readonly<Record<Action, string>> = {
  createExperience: '○',
  startExperience: '▶',
  pauseExperience: '⏸',
  endExperience: '⏹',
  updateExperience: '✎',
  deleteExperience: '🗑',
};

/** An experience’s type, category and store: “Price · A/B test · Alpine Goods”. Empty if nothing is known. */
export function kindWords(experience: Experience, organization: Organization): string {
  const { type, category, isPreview } = experience;
  const parts = [
    type && typeWords(type),
    category && category !== type && categoryWords(category),
    isPreview && 'preview only',
    organization.name || organization.shopId,
  ];
  return parts
    .map((part) => inline(part || '', 100))
    .filter((part) => part !== '')
    .join(' · ');
}

/** An experience's name as a heading, with a substitute for an experience without a name. */
export function headingWords(experience: Experience, limit: number): string {
  return oneLine(nameWords(experience), limit) || 'Unnamed experience';
}

/** “ by maya@example.com, jonas@example.com”, with each address as `written` gives it. Empty if no one is known. */
export function byWords(message: ExperienceMessage, written: (address: string) => string): string {
  const people = peopleOf(message).map(written);
  return people.length === 0 ? '' : ` by ${people.join(', ')}`;
}

/** What happened, in one sentence without markup, such as for a notification. */
export function eventWords(message: ExperienceMessage): string {
  const { event } = message;
  const { name, shopId } = event.organization;
  const by = byWords(message, (address) => inline(address, 254));
  const store = name || shopId ? ` (${inline(name || shopId || '', 100)})` : '';
  return `${inline(nameWords(event.experience), 300)} ${ACTION_VERBS[event.action]}${by}${store}`;
}

const CHANGES_SHOWN = 20;

/** The changes, one per line, without bookkeeping. `left` counts those that are not listed. */
export function changeLines(changes: readonly Change[]): { lines: string[]; left: number } {
  const shown = changes.filter(({ bookkeeping }) => !bookkeeping);
  const lines = shown.slice(0, CHANGES_SHOWN).map(({ words }) => oneLine(words, 140) || '–');
  return { lines, left: shown.length - lines.length };
}

/** What is special about the event: how it arrived, and who had the receiver do it. Only `requested` holds text that people wrote. `when` writes a time (milliseconds since 1970) as the service shows it. */
export function noteLines(
  { late, recovered, requestedBy, event }: ExperienceMessage,
  when: (ms: number) => string,
): { late: string | null; recovered: string | null; requested: string | null } {
  const time = event.timestamp === null ? 'earlier' : `on ${when(event.timestamp)}`;
  return {
    late: late
      ? `Arrived late: this happened ${time}, before other events that were already known. The current state is unchanged.`
      : null,
    recovered: recovered
      ? 'Recovered: its webhook never arrived, so the receiver looked it up at Intelligems.'
      : null,
    requested: requestedBy === null ? null : oneLine(requestedWords(requestedBy), 400),
  };
}

/** One thing that people want to know of an experience: “Hypothesis”, and what was written. */
export interface AboutLine {
  label: string;
  words: string;
  /** Where the words lead. */
  link?: string;
}

/** The hypothesis, the primary metric, and what the experience rolls out: what of it is known, a line each. */
export function aboutLines(experience: Experience, rollsOut: RolledOut | null): AboutLine[] {
  const { hypothesis, metric } = aboutExperience(experience);
  const lines: AboutLine[] = [
    { label: 'Hypothesis', words: inline(hypothesis ?? '', 500) },
    { label: 'Primary metric', words: inline(metric ?? '', 100) },
  ];
  if (rollsOut !== null) {
    const words = inline(rollsOut.name ?? '', 100) || 'another experience';
    lines.push({ label: 'Rolls out', words, link: rollsOut.link });
  }
  return lines.filter(({ words }) => words !== '');
}

/** Alarms that are shown; more are counted. */
const ALARMS_SHOWN = 3;

/** The open alarms about an experience, a line each: “No visitors: it has been live for 7 hours …”. Empty for none. */
export function alarmLines({ health, state }: Pick<ExperienceMessage, 'health' | 'state'>): string[] {
  // The warning of the experience itself stands there already.
  const { warning } = aboutExperience(state.experience);
  const alarms = (health?.alarms ?? []).filter(({ words }) => words !== warning);
  const shown = alarms
    .slice(0, ALARMS_SHOWN)
    .map(({ check, words }) => oneLine(`${HEALTH_WORDS[check].title}: ${words}`, 400));
  const left = alarms.length - shown.length;
  return left > 0 ? [...shown, `… and ${left} more ${left === 1 ? 'alarm' : 'alarms'}`] : shown;
}

/** Whether a report says that something is wrong, so that it gets a warning sign. */
export function isWarning({ topic, health }: Report): boolean {
  return topic === 'alert' || health?.kind === 'began';
}

/** A warning that belongs at the top: what visitors do not get. Null for none. */
export function warningWords(experience: Experience): string | null {
  const { warning } = aboutExperience(experience);
  return warning === null ? null : oneLine(warning, 400);
}
