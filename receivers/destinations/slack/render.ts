import {
  type Experience,
  type ExperienceEvent,
  type Organization,
  triggeredBy,
} from '../../../shared/events.ts';
import { ACTION_TITLES, ACTION_VERBS, cut, durationWords, nameWords } from '../../../shared/words.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import { eventTime, experienceState } from '../../experience/state.ts';
import { peopleOf } from '../common/people.ts';
import { inline } from '../common/text.ts';
import {
  aboutLines,
  alarmLines,
  changeLines,
  eventWords,
  headingWords,
  kindWords,
  noteLines,
  warningWords,
} from '../common/words.ts';
import {
  type Block,
  bold,
  bullets,
  type Inline,
  LIMITS,
  line,
  linkLine,
  type Markup,
  markup,
  type PlainText,
  plainText,
  richText,
  type SlackMessage,
  text,
} from './blocks.ts';
import { type People, person, personElement } from './people.ts';
import { renderReport } from './report.ts';
import { resultBlocks } from './results.ts';
import { date, dateMarkup, escapeMarkup } from './text.ts';
import { variationBlocks } from './variations.ts';
import { ACTION_MARKS, STATUS_MARKS } from './words.ts';

/**
 * Renders a message of its own: a report, or an event of an experience.
 *
 * @param buttons whether a report may have a button
 */
export function renderMessage(message: Message, people: People, buttons = false): SlackMessage {
  return message.kind === 'report'
    ? renderReport(message.report, buttons ? message.key : null)
    : renderEvent(message, people);
}

/** What happened, with the experience as it was right after the event. */
function renderEvent(message: ExperienceMessage, people: People): SlackMessage {
  const { event } = message;
  return {
    text: eventText(message),
    blocks: [
      header(event),
      richText(
        line(
          ...happened(message, ACTION_TITLES[event.action], people),
          text(kindText(event.experience, event.organization)),
        ),
      ),
      ...warningBlocks(event.experience),
      ...changeBlocks(message),
      ...variationBlocks(event.experience.variations),
      ...aboutBlocks(event.experience, message),
      ...(message.results === null ? [] : resultBlocks(message.results)),
      ...noteBlocks(message),
      ...linkBlocks(message),
    ],
  };
}

/** The card of an experience: its current state by event time, whatever the event is. */
export function renderCard(message: ExperienceMessage, people: People): SlackMessage {
  const { state } = message;
  const mark = STATUS_MARKS[state.status];
  const kind = kindText(state.experience, state.organization);
  return {
    text: cut(
      escapeMarkup(`${inline(nameWords(state.experience), 300)}: ${mark.words}${kind}`),
      LIMITS.fallback,
    ),
    blocks: [
      header(state),
      richText(line({ type: 'emoji', name: mark.emoji }, bold(` ${mark.words}`), text(kind))),
      ...warningBlocks(state.experience),
      ...alarmBlocks(message),
      ...variationBlocks(state.experience.variations),
      ...aboutBlocks(state.experience, message),
      ...factBlocks(message),
      ...(message.results === null ? [] : resultBlocks(message.results)),
      { type: 'context', elements: lastChange(message, people) },
      ...linkBlocks(message),
    ],
  };
}

/** What happened, as a reply in the card's thread. */
export function renderReply(message: ExperienceMessage, people: People): SlackMessage {
  const title = ACTION_TITLES[message.event.action].replace('Experience ', '');
  return {
    text: eventText(message),
    blocks: [
      richText(line(...happened(message, title, people))),
      ...changeBlocks(message),
      ...noteBlocks(message),
    ],
  };
}

/** Whether the event needs a reply even below a new card, because the card does not show all of it. */
export function saysMoreThanCard(message: ExperienceMessage): boolean {
  return (
    message.late ||
    message.recovered ||
    message.requestedBy !== null ||
    message.changes.some(({ bookkeeping }) => !bookkeeping)
  );
}

/** The email addresses that a message mentions. */
export function mentionedPeople(message: Message): string[] {
  if (message.kind === 'report') {
    return [];
  }
  const addresses = [...peopleOf(message), lastChangeBy(message), startedBy(message)];
  return [...new Set(addresses.filter((address) => address !== null))];
}

function header({ experience }: Pick<ExperienceEvent, 'experience'>): Block {
  return { type: 'header', text: plainText(headingWords(experience, LIMITS.header)) };
}

function eventText(message: ExperienceMessage): string {
  return cut(escapeMarkup(eventWords(message)), LIMITS.fallback);
}

function kindText(experience: Experience, organization: Organization): string {
  const words = kindWords(experience, organization);
  return words === '' ? '' : ` · ${words}`;
}

function happened(message: ExperienceMessage, title: string, people: People): Inline[] {
  const { event } = message;
  const who = peopleOf(message).flatMap((address, index) => [
    text(index === 0 ? ' by ' : ', '),
    person(address, people),
  ]);
  return [
    { type: 'emoji', name: ACTION_MARKS[event.action] },
    bold(` ${title}`),
    ...who,
    ...(event.timestamp === null ? [] : [text(' · '), date(event.timestamp)]),
  ];
}

function changeBlocks({ changes }: ExperienceMessage): Block[] {
  const { lines, left } = changeLines(changes);
  if (lines.length === 0) {
    return [];
  }
  const items = lines.map((words) => [text(words)]);
  if (left > 0) {
    items.push([text(`… and ${left} more changes`, { italic: true })]);
  }
  return [richText(bullets(items))];
}

function warningBlocks(experience: Experience): Block[] {
  const words = warningWords(experience);
  return words === null ? [] : [richText(line({ type: 'emoji', name: 'warning' }, bold(` ${words}`)))];
}

function alarmBlocks(message: ExperienceMessage): Block[] {
  const lines = alarmLines(message).map((words) =>
    line({ type: 'emoji', name: 'rotating_light' }, text(` ${words}`)),
  );
  return lines.length === 0 ? [] : [richText(...lines)];
}

function aboutBlocks(experience: Experience, { rollsOut }: ExperienceMessage): Block[] {
  const lines = aboutLines(experience, rollsOut).map(({ label, words, link }) =>
    line(
      bold(`${label}: `),
      link === undefined || link.length > LIMITS.url ? text(words) : { type: 'link', url: link, text: words },
    ),
  );
  const elements = lines.flatMap((each, index) =>
    index === 0 ? each.elements : [text('\n'), ...each.elements],
  );
  return elements.length === 0 ? [] : [richText({ type: 'rich_text_section', elements })];
}

function noteBlocks(message: ExperienceMessage): Block[] {
  const { late, recovered, requested } = noteLines(message, dateMarkup);
  const notes = [late && `:hourglass: ${late}`, recovered && `:mag: ${recovered}`].filter(
    (note) => note !== null,
  );
  const elements = [...notes.map(markup), ...(requested === null ? [] : [plainText(`👤 ${requested}`)])];
  return elements.length === 0 ? [] : [{ type: 'context', elements }];
}

function factBlocks(message: ExperienceMessage): Block[] {
  const { state } = message;
  const running = state.status === 'started';
  const facts: [string, string | null][] = [
    ['Created', state.createdAt === null ? null : dateMarkup(state.createdAt)],
    ['Started', state.startedAt === null ? null : dateMarkup(state.startedAt, { ago: running })],
    ['Paused', state.pausedAt === null ? null : dateMarkup(state.pausedAt, { ago: true })],
    ['Ended', state.endedAt === null ? null : dateMarkup(state.endedAt)],
    ['Deleted', state.deletedAt === null ? null : dateMarkup(state.deletedAt)],
    ['Running time', runningTime(message)],
  ];
  const fields = facts
    .filter(([, value]) => value !== null)
    .map(([label, value]) => markup(`*${label}*\n${value}`));
  return fields.length === 0 ? [] : [{ type: 'section', fields }];
}

/**
 * How long the experience has been live. Weeks may pass between two updates of a card. While an experience runs
 * without a pause, its start date shows how long ago it started, which Slack keeps up to date. After pauses, the
 * running time names the moment at which it was counted.
 */
function runningTime(message: ExperienceMessage): string | null {
  const { state, history } = message;
  if (state.status !== 'started' || state.liveMs === null) {
    return state.liveMs === null ? null : durationWords(state.liveMs);
  }
  const until = eventTime(newest(message));
  const { liveMs } = experienceState(history, until);
  return liveMs === null || until - liveMs === state.startedAt
    ? null
    : `${durationWords(liveMs)} by ${dateMarkup(until)}`;
}

function newest({ event, history }: ExperienceMessage): ExperienceEvent {
  return [event, ...history].reduce((latest, each) => (eventTime(each) > eventTime(latest) ? each : latest));
}

function lastChangeBy(message: ExperienceMessage): string | null {
  const latest = newest(message);
  return latest === message.event ? message.triggeredBy : triggeredBy(latest);
}

function startedBy(message: ExperienceMessage): string | null {
  const start = message.history.find(({ action }) => action === 'startExperience');
  if (start === undefined) {
    return null;
  }
  return eventTime(start) === eventTime(message.event) ? message.triggeredBy : triggeredBy(start);
}

function lastChange(message: ExperienceMessage, people: People): (PlainText | Markup)[] {
  const latest = newest(message);
  const { lastChangeAt } = message.state;
  if (lastChangeAt !== null && lastChangeAt > eventTime(latest)) {
    return [markup(`Last change: ${dateMarkup(lastChangeAt)}`)];
  }
  const who = lastChangeBy(message);
  const starter = startedBy(message);
  const when = latest.timestamp === null ? '' : `, ${dateMarkup(latest.timestamp)}`;
  const verb = ACTION_VERBS[latest.action].replace('was ', '');
  const elements = [
    markup(`Last change: ${verb}${when}${who === null ? '' : ' by'}`),
    ...(who === null ? [] : [personElement(who, people)]),
  ];
  if (starter !== null && latest.action !== 'startExperience') {
    elements.push(markup(' ·  Started by'), personElement(starter, people));
  }
  return elements;
}

function linkBlocks({ links }: ExperienceMessage): Block[] {
  return linkLine([
    { label: 'Open in Intelligems', url: links.intelligems },
    { label: 'Open in the console', url: links.console },
  ]);
}
