import type { ExperienceEvent } from '../../../shared/events.ts';
import { verdictWords } from '../../../shared/verdict-words.ts';
import {
  ACTION_TITLES,
  categoryWords,
  durationWords,
  percentWords,
  typeWords,
  variationWords,
} from '../../../shared/words.ts';
import type { ExperienceState, Results } from '../../contract/experience.ts';
import type { EventSummary, ExperienceSummary } from '../../contract/ledger-reader.ts';
import type { Report, ReportSection } from '../../contract/message.ts';
import { queryString } from '../api/event-query.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { copyable, eventList, experienceUrl, moment, named } from './parts.ts';
import { type Phase, phases } from './phases.ts';
import { count } from './words.ts';

/** An experience with what its events tell. */
export interface ExperienceRow extends ExperienceSummary {
  state: ExperienceState;
  known: readonly ExperienceEvent[];
  /** What came of it, once that is known. */
  verdict: Results['verdict'] | null;
}

export interface ExperiencesFacts {
  search: string;
  rows: ExperienceRow[];
  /** `lastAt` before which the next page begins; null at the end. */
  next: number | null;
  later: boolean;
}

const DAY_MS = 86_400_000;

const STATUS_WORDS: Readonly<Record<ExperienceState['status'], { mark: string; words: string }>> = {
  pending: { mark: '○', words: 'created' },
  started: { mark: '▶', words: 'running' },
  paused: { mark: '‖', words: 'paused' },
  ended: { mark: '■', words: 'ended' },
  deleted: { mark: '✕', words: 'deleted' },
};

/** Every experience as a bar on a time axis. */
export function experiencesPage({ search, rows, next, later }: ExperiencesFacts, { now }: PageContext): Page {
  const axis = axisOf(rows, now);
  return {
    title: 'Experiences',
    content: html`
<h1>Experiences</h1>
<search><form class="filter" method="get" action="/console/experiences"><div class="fields">
  <label class="wide">Search <input type="search" name="search" value="${search}" placeholder="Name of an experience"></label><button>Find</button>
</div></form></search>
<p class="legend" aria-hidden="true"><span class="swatch phase-created"></span> created <span class="swatch phase-running"></span> running <span class="swatch phase-paused"></span> paused <span class="swatch event-dot"></span> event</p>
<div id="experiences" data-live>
${
  rows.length === 0
    ? html`<p class="empty">${search === '' ? 'No experience is known yet: each appears with its first event.' : 'No experience has such a name.'}</p>`
    : html`<ul class="experiences">${rows.map((row) => experienceRow(row, axis))}
<li class="axis" aria-hidden="true"><span></span>${axisMarks(axis)}</li></ul>`
}
</div>
<nav aria-label="Further experiences" class="pages">
  ${when(later, () => html`<a href="/console/experiences${queryString({ search })}">First page</a>`)}
  ${when(next, () => html`<a href="/console/experiences${queryString({ search, before: next })}" rel="next">More experiences</a>`)}
</nav>`,
  };
}

interface Axis {
  from: number;
  to: number;
}

/** From the oldest start shown, at least a week and at most a year back. */
function axisOf(rows: readonly ExperienceRow[], now: number): Axis {
  const oldest = Math.min(now, ...rows.map(({ state, firstAt }) => state.createdAt ?? firstAt));
  return { from: Math.min(now - 7 * DAY_MS, Math.max(oldest, now - 365 * DAY_MS)), to: now };
}

function experienceRow(row: ExperienceRow, axis: Axis): Html {
  const { state } = row;
  const { mark, words } = STATUS_WORDS[state.status];
  const live =
    state.liveMs === null
      ? ''
      : `${state.status === 'started' ? ' for' : ', was live for'} ${durationWords(state.liveMs)}`;
  return html`<li><a class="experience" href="${experienceUrl(row)}">
  <span class="what">${named(row.name)}</span>
  <span class="help"><span class="state status-${state.status}"><span aria-hidden="true">${mark}</span> ${words}</span>${live} · ${count(row.events, 'event')}${when(row.verdict, () => html` · <strong>${verdictWords(row.verdict as Results['verdict'])}</strong>`)}</span></a>
  ${bar(phases(row.known), row.known, axis)}
</li>`;
}

/** The life of an experience as a picture, for the eye only: the words beside it say the same. */
function bar(stretches: readonly Phase[], events: readonly ExperienceEvent[], axis: Axis): Html {
  const place = (at: number): number =>
    Math.round(Math.min(1, Math.max(0, (at - axis.from) / (axis.to - axis.from))) * 10_000) / 100;
  return html`<svg class="life" aria-hidden="true" focusable="false" preserveAspectRatio="none">
  <line class="track" x1="0" x2="100%" y1="50%" y2="50%"></line>
  ${stretches.map(({ state, from, to }) => {
    const left = place(from);
    const width = Math.max(0.4, place(to ?? axis.to) - left);
    return html`<rect class="phase-${state}" x="${left}%" y="${state === 'created' ? '40%' : '20%'}" width="${width}%" height="${state === 'created' ? '20%' : '60%'}" rx="2"></rect>`;
  })}
  ${events.map(({ timestamp, action }) => when(timestamp !== null && timestamp >= axis.from, () => html`<circle class="event-dot" cx="${place(timestamp as number)}%" cy="50%" r="4"><title>${ACTION_TITLES[action]}</title></circle>`))}
</svg>`;
}

/** Made when it is first needed: a receiver whose console nobody opens saves eight megabytes. */
let dayFormat: Intl.DateTimeFormat | undefined;

function axisMarks({ from, to }: Axis): Content {
  dayFormat ??= new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
  const { format: day } = dayFormat;
  return html`<span class="marks"><span>${day(from)}</span><span>${day((from + to) / 2)}</span><span>now</span></span>`;
}

export interface ExperienceFacts {
  state: ExperienceState;
  known: readonly ExperienceEvent[];
  events: EventSummary[];
  /** What came of it; null while that is not known. */
  results: Report | null;
  /** Where it opens in Intelligems; null where no address is set. */
  intelligemsUrl: string | null;
}

/** One experience: its state by event time, its life, its variations, and its events. */
export function experiencePage(
  { state, known, events, results, intelligemsUrl }: ExperienceFacts,
  { now }: PageContext,
): Page {
  const { experience, organization } = state;
  const { mark, words } = STATUS_WORDS[state.status];
  const from = Math.min(now - 7 * DAY_MS, state.createdAt ?? now);
  const facts: [string, Content][] = [
    ['Type', html`<bdi>${typeWords(experience.type)}</bdi>`],
    [
      'Kind',
      experience.category === undefined ? null : html`<bdi>${categoryWords(experience.category)}</bdi>`,
    ],
    ['Store', organization.name === undefined ? null : html`<bdi>${organization.name}</bdi>`],
    ['Created', state.createdAt === null ? null : moment(state.createdAt)],
    ['Started', state.startedAt === null ? null : moment(state.startedAt)],
    ['Ended', state.endedAt === null ? null : moment(state.endedAt)],
    ['Live for', state.liveMs === null ? null : durationWords(state.liveMs)],
    ['Id', copyable(experience.id, 'the id')],
  ];
  return {
    title: experience.name ?? 'Unnamed experience',
    content: html`
<p class="trail"><a href="/console/experiences">Experiences</a></p>
<h1>${named(experience.name)}</h1>
<p><span class="state status-${state.status}"><span aria-hidden="true">${mark}</span> ${words}</span>${when(intelligemsUrl, () => html` · <a href="${intelligemsUrl}" rel="noreferrer">Open in Intelligems</a>`)}</p>
<div id="life" class="wide-life" data-live>${bar(phases(known), known, { from, to: now })}<p class="axis" aria-hidden="true">${axisMarks({ from, to: now })}</p></div>
<dl class="facts">${facts.filter(([, value]) => value !== null).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${when(
  experience.variations.length > 0,
  () => html`<section aria-labelledby="variations-title"><h2 id="variations-title">Variations</h2>
<ul class="variations">${experience.variations.map(
    (
      variation,
      index,
    ) => html`<li><span><bdi>${variationWords(variation, index)}</bdi>${when(variation.isControl, () => html` <span class="tag">control</span>`)}</span> <span class="share">${percentWords(variation.percentage)}</span>
<svg class="split" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="100%" rx="2"></rect><rect class="phase-running" width="${Math.min(100, Math.max(0, variation.percentage ?? 0))}%" height="100%" rx="2"></rect></svg></li>`,
  )}</ul></section>`,
)}
${when(results, () => resultsSection(results as Report))}
<section aria-labelledby="events-title"><h2 id="events-title">Its events</h2>
<div id="its-events" data-live>${eventList(events, now)}</div></section>`,
  };
}

function resultsSection({ title, summary, sections, image }: Report): Html {
  return html`<section aria-labelledby="results-title"><h2 id="results-title">Results</h2>
<p><strong>${title}</strong></p><p>${summary}</p>
${sections.map(reportSection)}
${when(image, () => html`<p><a href="${image?.url}" rel="noreferrer">${image?.description}</a></p>`)}</section>`;
}

function reportSection({ heading, lines, table }: ReportSection): Html {
  return html`<h3>${heading}</h3>${lines.map((line) => html`<p>${line}</p>`)}${when(
    table,
    () => html`<div class="wide-table" tabindex="0" role="region" aria-label="Results: ${heading}"><table>
<thead><tr>${table?.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${table?.rows.map((row) => html`<tr>${row.map((cell) => html`<td><bdi>${cell}</bdi></td>`)}</tr>`)}</tbody></table></div>`,
  )}`;
}
