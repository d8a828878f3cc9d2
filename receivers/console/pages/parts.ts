import type { DeliveryState } from '../../contract/delivery.ts';
import type { EventSummary, ExperienceSummary } from '../../contract/ledger-reader.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import type { ListedEvent } from '../../operations/event-facts.ts';
import { agoWords, count, eventTitle, eventVerb, ORIGIN_WORDS, STATE_WORDS } from '../../operations/words.ts';
import { type Content, exact, type Html, html, when } from './html.ts';

/** A name that somebody else chose. It cannot change the direction of the text around it. */
export function named(name: string | null | undefined, otherwise = 'Unnamed experience'): Html {
  return html`<bdi>${name?.trim() ? name : otherwise}</bdi>`;
}

/** What an event is about, to precede its verb. */
export function subject({ experienceName, problem }: Pick<EventSummary, 'experienceName' | 'problem'>): Html {
  return named(experienceName, problem === null ? undefined : 'A verified sender');
}

/** The page of an experience. The link names the source, because two sources may post the same id. */
export function experienceUrl({
  source,
  experienceId,
}: Pick<ExperienceSummary, 'source' | 'experienceId'>): string {
  return `/console/experiences/${encodeURIComponent(experienceId)}?source=${encodeURIComponent(source)}`;
}

/** A time: in UTC, or in the reader's own time zone once the page's script has run. */
export function moment(at: number): Html {
  const date = new Date(at);
  const text = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return html`<time datetime="${date.toISOString()}">${text}</time>`;
}

/** How long ago. The exact time shows on hover. */
export function ago(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time class="ago" datetime="${iso}" title="${iso.slice(0, 16).replace('T', ' ')} UTC">${agoWords(now - at)}</time>`;
}

/** A delivery's state as a mark and words. */
export function state(name: DeliveryState, effect: DestinationReport['effect']): Html {
  return stateMark(name, name === 'done' ? DONE_WORDS[effect] : STATE_WORDS[name].words);
}

const DONE_WORDS: Readonly<Record<DestinationReport['effect'], string>> = {
  sends: STATE_WORDS.done.words,
  prints: 'printed in the log',
  internal: 'done',
};

const DESTINATION_STATES: Readonly<Record<DestinationReport['state'], { mark: string; words: string }>> = {
  working: { mark: '✓', words: 'working' },
  unused: { mark: '○', words: 'not used yet' },
  failing: { mark: '!', words: 'failing' },
  paused: { mark: '‖', words: 'paused' },
};

export function destinationState(report: DestinationReport): Html {
  if (report.effect === 'prints') {
    return html`<span class="state"><span aria-hidden="true">○</span> prints only</span>`;
  }
  const { mark, words } = DESTINATION_STATES[report.state];
  return html`<span class="state state-${report.state}"><span aria-hidden="true">${mark}</span> ${words}</span>`;
}

/** The state of an event's deliveries, in short. */
function deliverySummary(event: Pick<ListedEvent, 'deliveries' | 'printed' | 'problem'>): Html {
  const {
    done = 0,
    dead = 0,
    running = 0,
    ready = 0,
    waiting = 0,
    merged = 0,
    dismissed = 0,
  } = event.deliveries;
  const counts: [number, DeliveryState, string][] = [
    [dead, 'dead', count(dead, 'dead letter')],
    [running, 'running', `${running} in progress`],
    [ready + waiting, 'ready', `${ready + waiting} waiting`],
    [done, 'done', `${done} delivered`],
    [event.printed, 'merged', 'printed in the log'],
    [merged, 'merged', `${merged} sent with a later update`],
    [dismissed, 'dismissed', `${dismissed} dismissed`],
  ];
  const parts = counts.filter(([number]) => number > 0).map(([, name, words]) => stateMark(name, words));
  return parts.length > 0
    ? html`<span class="states">${parts}</span>`
    : stateMark('dismissed', event.problem === null ? 'no route matched' : 'stored, not sent');
}

function stateMark(name: DeliveryState, words: string): Html {
  return html`<span class="state state-${name}"><span aria-hidden="true">${STATE_WORDS[name].mark}</span> ${words}</span>`;
}

/** The events of a list, newest first, each with a link to its own page. */
export function eventList(events: readonly ListedEvent[], now: number): Html {
  return html`<ul class="events">
${events.map(
  (event) => html`<li><a class="event" href="/console/events/${event.key}">
  <span class="what">${actionMark(event.action)}<span>${subject(event)}
    <span class="verb">${event.origin === 'report' ? '' : eventVerb(event.action)}</span></span></span>
  <span class="tags">${eventTags(event)}</span>
  <span class="outcome">${deliverySummary(event)}</span>
  <span class="who">${when(event.by, () => html`<bdi>${event.by}</bdi>`)}${when(event.by !== null && event.store !== null, () => ' · ')}${when(event.store, () => html`<bdi>${event.store}</bdi>`)}</span>
  <span class="when">${moment(event.receivedAt)} <span class="since">${ago(event.receivedAt, now)}</span></span>
</a></li>`,
)}
</ul>`;
}

const ACTION_MARKS: Readonly<Record<string, string>> = {
  createExperience: '+',
  startExperience: '▶',
  pauseExperience: '‖',
  endExperience: '■',
  updateExperience: '✎',
  deleteExperience: '✕',
};

/** The sign of an action. Screen readers skip it. */
export function actionMark(action: string | null): Html {
  const known = action !== null && Object.hasOwn(ACTION_MARKS, action);
  return html`<span class="action action-${known ? action : 'other'}" aria-hidden="true">${known ? ACTION_MARKS[action] : '?'}</span>`;
}

/** What is unusual about an event. */
export function eventTags(
  event: Pick<EventSummary, 'origin' | 'late' | 'source' | 'problem' | 'action'>,
): Content {
  const tags = [
    event.problem === null ? '' : eventTitle(event),
    ORIGIN_WORDS[event.origin],
    event.late ? 'late' : '',
    event.source === 'default' || event.source === 'receiver' ? '' : event.source,
  ];
  return tags.filter((tag) => tag !== '').map((tag) => html`<span class="tag"><bdi>${tag}</bdi></span> `);
}

/** A line of text with a button that copies it, and a remark about it next to the button. */
export function copyable(text: string, what: string, remark: string | null = null): Html {
  return html`<span class="copyable"><code>${text}</code><button type="button" class="quiet" data-copy="${exact(text)}" aria-label="Copy ${what}">Copy</button>${when(remark, () => html`<span class="tag warning">${remark}</span>`)}</span>`;
}
