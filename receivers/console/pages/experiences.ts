import { verdictWords } from '../../../shared/verdict-words.ts';
import { durationWords } from '../../../shared/words.ts';
import { queryString } from '../../operations/event-query.ts';
import type { ExperienceRow } from '../../operations/experiences.ts';
import { count } from '../../operations/words.ts';
import { type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { type Axis, axisMarks, lifeBar, statusMark } from './life.ts';
import { experienceUrl, named } from './parts.ts';

export interface ExperiencesFacts {
  search: string;
  rows: ExperienceRow[];
  /** The next page has experiences whose last event was before this; null at the end. */
  next: number | null;
  later: boolean;
}

const DAY_MS = 86_400_000;

/** Every experience as a bar on a time axis. */
export function experiencesPage(
  { search, rows, next, later }: ExperiencesFacts,
  { now, role }: PageContext,
): Page {
  const axis = axisOf(rows, now);
  return {
    title: 'Experiences',
    content: html`
<div class="heading"><h1>Experiences</h1>${when(role === 'editor' && rows.some(({ test }) => test), () => html`<a href="/console/test-experiences">Remove tests …</a>`)}</div>
<search><form class="filter" method="get" action="/console/experiences"><div class="fields">
  <label class="wide">Search <input type="search" name="search" value="${search}" placeholder="Name of an experience"></label><button>Search</button>
</div></form></search>
<p class="legend" aria-hidden="true"><span class="swatch phase-created"></span> created <span class="swatch phase-running"></span> running <span class="swatch phase-paused"></span> paused <span class="swatch event-dot"></span> event</p>
<div id="experiences" data-live>
${
  rows.length === 0
    ? html`<p class="empty">${search === '' ? 'No experiences yet. Each appears with its first event.' : 'No experiences match.'}</p>`
    : html`<ul class="experiences">${rows.map((row) => experienceRow(row, axis))}
<li class="axis" aria-hidden="true"><span></span>${axisMarks(axis)}</li></ul>`
}
</div>
<nav aria-label="More experiences" class="pages">
  ${when(later, () => html`<a href="/console/experiences${queryString({ search })}">First page</a>`)}
  ${when(next, () => html`<a href="/console/experiences${queryString({ search, before: next })}" rel="next">More experiences</a>`)}
</nav>`,
  };
}

/** From the oldest start shown, at least a week and at most a year ago. */
function axisOf(rows: readonly ExperienceRow[], now: number): Axis {
  const oldest = Math.min(now, ...rows.map(({ life, firstAt }) => life.createdAt ?? firstAt));
  return { from: Math.min(now - 7 * DAY_MS, Math.max(oldest, now - 365 * DAY_MS)), to: now };
}

function experienceRow(row: ExperienceRow, axis: Axis): Html {
  const { life } = row;
  const live =
    life.liveMs === null
      ? ''
      : `${life.status === 'started' ? ' for' : ', was live for'} ${durationWords(life.liveMs)}`;
  return html`<li><a class="experience" href="${experienceUrl(row)}">
  <span class="what">${named(row.name)}${when(row.test, () => html` <span class="tag">test</span>`)}</span>
  <span class="help">${statusMark(life.status)}${live} · ${count(row.events, 'event')}${when(row.verdict, () => html` · <strong>${verdictWords(row.verdict as NonNullable<ExperienceRow['verdict']>)}</strong>`)}</span></a>
  ${lifeBar(life, axis)}
</li>`;
}
