import type { DeliveryState } from '../../contract/delivery.ts';
import type { EventSummary, ExperienceSummary } from '../../contract/ledger-reader.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import { type Content, type Html, html, when } from './html.ts';
import { agoWords, count, eventTitle, eventVerb, ORIGIN_WORDS, STATE_WORDS } from './words.ts';

/** A name that somebody else chose: it cannot turn the direction of what stands around it. */
export function named(name: string | null | undefined, otherwise = 'Unnamed experience'): Html {
  return html`<bdi>${name?.trim() ? name : otherwise}</bdi>`;
}

/** Who or what an event is about, to stand before its verb. */
export function subject({ experienceName, problem }: Pick<EventSummary, 'experienceName' | 'problem'>): Html {
  return named(experienceName, problem === null ? undefined : 'Somebody with the right secret');
}

/** A moment: in UTC as sent, in the reader's own time zone once the page's script has run. */
/** The page of an experience: two sources may post the same id, so the link names the source. */
export function experienceUrl({
  source,
  experienceId,
}: Pick<ExperienceSummary, 'source' | 'experienceId'>): string {
  return `/console/experiences/${encodeURIComponent(experienceId)}?source=${encodeURIComponent(source)}`;
}

export function moment(at: number): Html {
  const date = new Date(at);
  const text = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return html`<time datetime="${date.toISOString()}">${text}</time>`;
}

/** How long ago, with the moment itself to point at. */
export function ago(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time class="ago" datetime="${iso}" title="${iso.slice(0, 16).replace('T', ' ')} UTC">${agoWords(now - at)}</time>`;
}

/** A delivery's state as a mark and words. */
export function state(name: DeliveryState): Html {
  const { mark, words } = STATE_WORDS[name];
  return html`<span class="state state-${name}"><span aria-hidden="true">${mark}</span> ${words}</span>`;
}

const DESTINATION_STATES: Readonly<Record<DestinationReport['state'], { mark: string; words: string }>> = {
  working: { mark: '✓', words: 'works' },
  unused: { mark: '○', words: 'not used yet' },
  failing: { mark: '!', words: 'failing' },
  paused: { mark: '‖', words: 'paused' },
};

export function destinationState(report: DestinationReport): Html {
  const { mark, words } = DESTINATION_STATES[report.state];
  return html`<span class="state state-${report.state}"><span aria-hidden="true">${mark}</span> ${words}</span>`;
}

/** What became of an event's deliveries, in short. */
export function deliverySummary(event: Pick<EventSummary, 'deliveries' | 'problem'>): Html {
  const {
    done = 0,
    dead = 0,
    running = 0,
    ready = 0,
    waiting = 0,
    merged = 0,
    dismissed = 0,
  } = event.deliveries;
  const under = running + ready + waiting;
  const parts: Content[] = [
    when(
      dead > 0,
      () =>
        html`<span class="state state-dead"><span aria-hidden="true">✕</span> ${count(dead, 'dead letter')}</span>`,
    ),
    when(
      under > 0,
      () => html`<span class="state state-ready"><span aria-hidden="true">…</span> ${under} under way</span>`,
    ),
    when(
      done > 0,
      () => html`<span class="state state-done"><span aria-hidden="true">✓</span> ${done} delivered</span>`,
    ),
    when(
      merged > 0,
      () =>
        html`<span class="state state-merged"><span aria-hidden="true">↷</span> ${merged} told with a later one</span>`,
    ),
    when(
      dismissed > 0,
      () =>
        html`<span class="state state-dismissed"><span aria-hidden="true">–</span> ${dismissed} set aside</span>`,
    ),
  ];
  if (parts.every((part) => part === null)) {
    const words = event.problem === null ? 'no route leads anywhere' : 'kept, sent nowhere';
    return html`<span class="state state-dismissed"><span aria-hidden="true">–</span> ${words}</span>`;
  }
  return html`<span class="states">${parts}</span>`;
}

/** The events of a list, newest first, each with a link to its own page. */
export function eventList(events: readonly EventSummary[], now: number): Html {
  return html`<ul class="events">
${events.map(
  (event) => html`<li><a class="event" href="/console/events/${event.key}">
  <span class="what">${actionMark(event.action)}<span>${subject(event)}
    <span class="verb">${event.origin === 'report' ? '' : eventVerb(event.action)}</span></span></span>
  <span class="tags">${eventTags(event)}</span>
  <span class="outcome">${deliverySummary(event)}</span>
  <span class="when">${ago(event.receivedAt, now)}</span>
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

/** The sign of an action, for the eye only. */
export function actionMark(action: string | null): Html {
  const known = action !== null && Object.hasOwn(ACTION_MARKS, action);
  return html`<span class="action action-${known ? action : 'other'}" aria-hidden="true">${known ? ACTION_MARKS[action] : '?'}</span>`;
}

/** What is out of the ordinary about an event. */
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

/** A line of text with a button that copies it. */
export function copyable(text: string, what: string): Html {
  return html`<span class="copyable"><code>${text}</code><button type="button" class="quiet" data-copy="${text}" aria-label="Copy ${what}">Copy</button></span>`;
}
