import { ACTIONS } from '../../../shared/events.ts';
import { ACTION_TITLES } from '../../../shared/words.ts';
import type { ListedEvent } from '../../operations/event-facts.ts';
import { queryString } from '../../operations/event-query.ts';
import { STATE_WORDS } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { eventList } from './parts.ts';

export interface EventsFacts {
  /** The form's fields as they were sent. */
  asked: Readonly<Record<string, string>>;
  /** What is wrong with them, in a sentence; null for nothing. */
  fault: string | null;
  events: ListedEvent[];
  /** The sequence before which the next page begins; null at the end. */
  next: number | null;
  sources: readonly string[];
}

const FILTERS = [
  'search',
  'action',
  'source',
  'destination',
  'state',
  'from',
  'to',
  'problem',
  'experience',
  'origin',
];

/** The events: search, filter, page by page. */
export function eventsPage(facts: EventsFacts, { now, destinations, role }: PageContext): Page {
  const { asked, events, next } = facts;
  const filtered = FILTERS.some((name) => (asked[name] ?? '') !== '');
  const later = asked.before !== undefined;
  return {
    title: 'Events',
    content: html`
<div class="heading"><h1>Events</h1>${when(role === 'editor', () => html`<a href="${replayUrl(asked)}">Send events again …</a>`)}</div>
${filterForm(facts, destinations, filtered)}
${when(facts.fault, () => html`<p class="fault" role="alert">${facts.fault}</p>`)}
<div id="found"${when(!later, () => html` data-live`)}>
${events.length === 0 ? emptyWords(filtered) : eventList(events, now)}
</div>
<nav aria-label="More events" class="pages">
  ${when(later, () => html`<a href="/console/events${queryString({ ...asked, before: '' })}">Newest</a>`)}
  ${when(next, () => html`<a href="/console/events${queryString({ ...asked, before: next })}" rel="next">Older events</a>`)}
</nav>`,
  };
}

/** The length of a time up to its seconds, which is what a browser's field for times takes. */
const SECONDS = '2026-10-10T12:00:00'.length;

function isDay(written: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(written);
}

/** People choose days; a link may have a time. */
function timeField(title: string, name: string, written = ''): Html {
  const day = written === '' || isDay(written);
  return html`<label>${title} <input type="${day ? 'date' : 'datetime-local'}" name="${name}" value="${written.slice(0, SECONDS)}"${when(!day, () => html` step="1"`)}></label>`;
}

/** The page that sends the events of a span again, with the filters that it knows too. */
function replayUrl({ search, action, source, experience, from, to }: EventsFacts['asked']): string {
  const at = (written = '') => (isDay(written) ? `${written}T00:00` : written.slice(0, SECONDS));
  return `/console/events/replay${queryString({ search, action, source, experience, from: at(from), until: at(to) })}`;
}

function emptyWords(filtered: boolean): Html {
  return filtered
    ? html`<p class="empty">No events match.</p>`
    : html`<p class="empty">No events yet. <a href="/console/set-up">Set up</a></p>`;
}

function filterForm(
  { asked, sources }: EventsFacts,
  destinations: PageContext['destinations'],
  filtered: boolean,
): Html {
  const actions = ACTIONS.map((action): [string, string] => [action, ACTION_TITLES[action]]);
  const states = Object.entries(STATE_WORDS).map(([name, { words }]): [string, string] => [name, words]);
  const more = ['source', 'destination', 'from', 'to', 'problem', 'experience', 'origin'].some(
    (name) => (asked[name] ?? '') !== '',
  );
  return html`<search><form class="filter" method="get" action="/console/events">
  <div class="fields">
    <label class="wide">Search <input type="search" name="search" value="${asked.search}" placeholder="Experience, id or event key"></label>
    ${select('Action', 'action', actions, asked.action)}
    ${select('Delivery', 'state', states, asked.state)}
    <button>Search</button>
  </div>
  <details${when(more, () => html` open`)}>
    <summary>More filters</summary>
    <div class="fields">
      ${select(
        'Destination',
        'destination',
        destinations.map(({ name, title }) => [name, title]),
        asked.destination,
      )}
      ${select(
        'Source',
        'source',
        sources.map((name) => [name, name]),
        asked.source,
      )}
      ${timeField('Received on or after (UTC)', 'from', asked.from)}
      ${timeField('Received before (UTC)', 'to', asked.to)}
      ${select(
        'Recognized',
        'problem',
        [
          ['true', 'unrecognized only'],
          ['false', 'recognized only'],
        ],
        asked.problem,
      )}
      ${when(asked.experience, () => html`<input type="hidden" name="experience" value="${asked.experience}">`)}
      ${when(asked.origin, () => html`<input type="hidden" name="origin" value="${asked.origin}">`)}
    </div>
  </details>
  ${when(filtered, () => html`<p class="narrowed"><a href="/console/events">Show all events</a></p>`)}
</form></search>`;
}

function select(
  title: string,
  name: string,
  options: readonly (readonly [string, string])[],
  chosen: string | undefined,
): Content {
  return html`<label>${title} <select name="${name}"><option value="">any</option>${options.map(
    ([value, words]) =>
      html`<option value="${value}"${when(value === chosen, () => html` selected`)}>${words}</option>`,
  )}</select></label>`;
}
