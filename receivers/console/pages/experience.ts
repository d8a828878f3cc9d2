import {
  categoryWords,
  durationWords,
  percentWords,
  typeWords,
  variationWords,
} from '../../../shared/words.ts';
import type { Report, ReportSection } from '../../contract/message.ts';
import type { ExperienceStory } from '../../operations/experiences.ts';
import type { ExperienceHealthStory } from '../../operations/health.ts';
import { healthSection } from './health.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { axisMarks, lifeBar, statusMark } from './life.ts';
import { lifecycleSection } from './lifecycle.ts';
import { copyable, eventList, moment, named } from './parts.ts';

const DAY_MS = 86_400_000;

/** One experience: its state, its life, its variations, its results and its events. */
export function experiencePage(
  { source, life, experience, organization, events, results, health, lifecycle, link }: ExperienceStory,
  context: PageContext,
): Page {
  const { now } = context;
  const axis = { from: Math.min(now - 7 * DAY_MS, life.createdAt ?? now), to: now };
  const facts: [string, Content][] = [
    ['Type', html`<bdi>${typeWords(experience.type)}</bdi>`],
    [
      'Kind',
      experience.category === undefined ? null : html`<bdi>${categoryWords(experience.category)}</bdi>`,
    ],
    ['Store', organization.name === undefined ? null : html`<bdi>${organization.name}</bdi>`],
    ['Created', life.createdAt === null ? null : moment(life.createdAt)],
    ['Started', life.startedAt === null ? null : moment(life.startedAt)],
    ['Ended', life.endedAt === null ? null : moment(life.endedAt)],
    ['Live for', life.liveMs === null ? null : durationWords(life.liveMs)],
    ['Id', copyable(experience.id, 'the id')],
  ];
  return {
    title: experience.name ?? 'Unnamed experience',
    content: html`
<p class="trail"><a href="/console/experiences">Experiences</a></p>
<h1>${named(experience.name)}</h1>
<p>${statusMark(life.status)}${when(link, () => html` · <a href="${link}" rel="noreferrer">Open in Intelligems</a>`)}</p>
<div id="life" class="wide-life" data-live>${lifeBar(life, axis)}<p class="axis" aria-hidden="true">${axisMarks(axis)}</p></div>
<dl class="facts">${facts.filter(([, value]) => value !== null).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${variationsSection(experience.variations)}
${when(results, () => resultsSection(results as Report))}
${when(health, () => healthSection(health as ExperienceHealthStory, { id: experience.id, source }, context))}
${lifecycleSection(lifecycle, { id: experience.id, source }, context)}
<section aria-labelledby="events-title"><h2 id="events-title">Events</h2>
<div id="its-events" data-live>${eventList(events, now)}</div></section>`,
  };
}

function variationsSection(variations: ExperienceStory['experience']['variations']): Content {
  if (variations.length === 0) {
    return null;
  }
  return html`<section aria-labelledby="variations-title"><h2 id="variations-title">Variations</h2>
<ul class="variations">${variations.map(
    (
      variation,
      index,
    ) => html`<li><span><bdi>${variationWords(variation, index)}</bdi>${when(variation.isControl, () => html` <span class="tag">control</span>`)}</span> <span class="share">${percentWords(variation.percentage)}</span>
<svg class="split" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="100%" rx="2"></rect><rect class="phase-running" width="${Math.min(100, Math.max(0, variation.percentage ?? 0))}%" height="100%" rx="2"></rect></svg></li>`,
  )}</ul></section>`;
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
