import type { DestinationReport } from '../../operations/destination-report.ts';
import type { ListedEvent } from '../../operations/event-facts.ts';
import { RANGES, type Range } from '../../operations/timeline.ts';
import { count, eventVerb } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, destinationState, eventList, subject } from './parts.ts';

export interface OverviewFacts {
  /** The newest events. */
  events: ListedEvent[];
  /** When the last webhook arrived, milliseconds since 1970; null for never. */
  lastWebhookAt: number | null;
  /** Requests refused since then. */
  refusedSince: number;
  /** Nothing is connected: events are only printed. */
  previewing: boolean;
  /** What a person should know, such as a wrong clock. */
  warnings: readonly string[];
  range: Range;
}

interface Concern {
  words: Content;
  action: string;
  href: string;
}

/** Is it working? What failed, and what to do about it. */
export function overviewPage(facts: OverviewFacts, { now, destinations }: PageContext): Page {
  const concerns = concernsOf(facts, destinations);
  const outward = destinations.filter(({ internal }) => !internal);
  return {
    title: 'Overview',
    content: html`
<section id="verdict" class="verdict ${concerns.length === 0 ? 'good' : 'bad'}" data-live>
  <h1>${headline(facts, concerns.length)}</h1>
  <p>${lastEvent(facts, now)}</p>
  ${when(
    concerns.length > 0,
    () => html`<ul class="concerns">
    ${concerns.map(({ words, action, href }) => html`<li><span>${words}</span> <a role="button" class="small" href="${href}">${action}</a></li>`)}
  </ul>`,
  )}
</section>

<section aria-labelledby="destinations-title">
  <h2 id="destinations-title">Destinations</h2>
  <ul id="destinations" class="cards" data-live>
    ${outward.map((report) => destinationCard(report))}
  </ul>
  ${internalSection(destinations.filter(isBusyInternally))}
</section>

${chartSection(facts.range)}

<section aria-labelledby="latest-title">
  <div class="heading"><h2 id="latest-title">Latest events</h2><a href="/console/events">All events</a></div>
  <div id="latest" data-live>${facts.events.length === 0 ? html`<p class="empty">No events yet. <a href="/console/set-up">Set up</a></p>` : eventList(facts.events, now)}</div>
</section>`,
  };
}

function chartSection(range: Range): Html {
  return html`<section aria-labelledby="chart-title">
  <div class="heading"><h2 id="chart-title">Events and deliveries</h2>
    <nav aria-label="Time span of the chart"><ul class="choices">
      ${Object.entries(RANGES).map(([name, { title }]) => html`<li><a href="/console?range=${name}"${when(name === range, () => html` aria-current="true"`)}>${title}</a></li>`)}
    </ul></nav>
  </div>
  <figure class="chart" data-chart="/console/api/timeline?range=${range}" aria-busy="true">
    <div class="plot"></div>
    <figcaption>Loading …</figcaption>
  </figure>
</section>`;
}

function isBusyInternally({ internal, state, open, dead }: DestinationReport): boolean {
  return internal && (state !== 'unused' || open + dead > 0);
}

/** What the receiver does for itself: nobody else sees it, so that it is counted separately. */
function internalSection(reports: readonly DestinationReport[]): Content {
  return when(
    reports.length > 0,
    () => html`<details class="internal"><summary>Internal deliveries</summary>
  <p class="help">The receiver makes these for itself. They send nothing to people and do not count as deliveries.</p>
  <ul id="internal" class="cards" data-live>${reports.map((report) => destinationCard(report))}</ul></details>`,
  );
}

function headline({ lastWebhookAt, previewing }: OverviewFacts, concerns: number): string {
  if (lastWebhookAt === null) {
    return 'Ready, and waiting for the first webhook';
  }
  if (concerns === 0) {
    return 'Everything works';
  }
  return previewing && concerns === 1
    ? 'Receiving. One step to go'
    : `${count(concerns, 'problem needs', 'problems need')} your attention`;
}

function lastEvent({ events, lastWebhookAt }: OverviewFacts, now: number): Html {
  const [last] = events;
  if (last === undefined) {
    return html`No events yet.`;
  }
  const test = lastWebhookAt === null ? ' (a test)' : '';
  return html`Last event: ${subject(last)} ${last.origin === 'report' ? '' : eventVerb(last.action)}${test}, ${ago(last.receivedAt, now)}.`;
}

function concernsOf(
  { lastWebhookAt, refusedSince, previewing, warnings }: OverviewFacts,
  destinations: readonly DestinationReport[],
): Concern[] {
  const failing = destinations.filter(({ state }) => state === 'failing' || state === 'paused');
  const dead = destinations.filter((report) => report.dead > 0);
  const concerns: (Concern | false)[] = [
    ...warnings.map((words) => ({ words, action: 'Check again', href: '/console' })),
    lastWebhookAt === null && {
      words: 'No webhook from Intelligems has arrived yet.',
      action: 'Set up',
      href: '/console/set-up',
    },
    refusedSince > 0 && {
      words: `${count(refusedSince, 'request was', 'requests were')} refused since the last webhook because the signature does not match.`,
      action: 'See why',
      href: '/console/refused',
    },
    ...failing.map((report) => ({
      words: html`<strong>${report.title}</strong> is ${report.state}. ${report.words}`,
      action: 'Check it',
      href: `/console/set-up#destination-${report.name}`,
    })),
    ...dead.map((report) => ({
      words: html`<strong>${report.title}</strong>: ${count(report.dead, 'message')} could not be delivered and ${report.dead === 1 ? 'needs' : 'need'} your attention.`,
      action: 'See the cause',
      href: `/console/dead-letters?destination=${encodeURIComponent(report.name)}`,
    })),
    previewing && {
      words: 'Nothing is connected yet. Events are stored, and printed in the log.',
      action: 'Connect a destination',
      href: '/console/set-up#destinations',
    },
  ];
  return concerns.filter((concern) => concern !== false);
}

function destinationCard(report: DestinationReport): Html {
  const name = encodeURIComponent(report.name);
  const figures = [
    when(
      report.open > 0,
      () =>
        html`<a href="/console/events?destination=${name}">${report.open.toLocaleString('en-US')} waiting</a>`,
    ),
    when(
      report.dead > 0,
      () =>
        html`<a href="/console/dead-letters?destination=${name}">${count(report.dead, 'dead letter')}</a>`,
    ),
  ].filter((figure) => figure !== null);
  return html`<li class="card" id="card-${report.name}">
  <h3>${report.title}</h3>
  <p>${destinationState(report)}</p>
  <p class="words">${report.words}</p>
  ${when(figures.length > 0, () => html`<p class="figures">${figures.map((figure, index) => [index > 0 ? ' · ' : '', figure])}</p>`)}
</li>`;
}
