import type { EventSummary } from '../../contract/ledger-reader.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import { RANGES, type Range } from '../../operations/timeline.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, destinationState, eventList, subject } from './parts.ts';
import { count, eventVerb } from './words.ts';

export interface OverviewFacts {
  destinations: DestinationReport[];
  /** The newest events. */
  events: EventSummary[];
  /** When the last webhook came, milliseconds since 1970; null for never. */
  lastWebhookAt: number | null;
  /** How many requests were refused since then. */
  refusedSince: number;
  /** Nothing is connected: events are printed only. */
  previewing: boolean;
  range: Range;
}

interface Concern {
  words: Content;
  action: string;
  href: string;
}

/** Is it working? What failed, and what to do about it. */
export function overviewPage(facts: OverviewFacts, { now }: PageContext): Page {
  const concerns = concernsOf(facts);
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
  <h2 id="destinations-title">Where events go</h2>
  <ul id="destinations" class="cards" data-live>
    ${facts.destinations.map((report) => destinationCard(report))}
  </ul>
</section>

<section aria-labelledby="chart-title">
  <div class="heading"><h2 id="chart-title">Events and deliveries</h2>
    <nav aria-label="Span of the chart"><ul class="choices">
      ${Object.entries(RANGES).map(([name, { title }]) => html`<li><a href="/console?range=${name}"${when(name === facts.range, () => html` aria-current="true"`)}>${title}</a></li>`)}
    </ul></nav>
  </div>
  <figure class="chart" data-chart="/console/api/timeline?range=${facts.range}" aria-busy="true">
    <div class="plot"></div>
    <figcaption>Counting …</figcaption>
  </figure>
</section>

<section aria-labelledby="latest-title">
  <div class="heading"><h2 id="latest-title">Latest events</h2><a href="/console/events">All events</a></div>
  <div id="latest" data-live>${facts.events.length === 0 ? html`<p class="empty">Nothing has arrived yet. <a href="/console/set-up">Set it up</a></p>` : eventList(facts.events, now)}</div>
</section>`,
  };
}

function headline({ lastWebhookAt, previewing }: OverviewFacts, concerns: number): string {
  if (lastWebhookAt === null) {
    return 'Ready, and waiting for the first webhook';
  }
  if (concerns === 0) {
    return 'Everything works';
  }
  return previewing && concerns === 1
    ? 'Receiving, with one step to go'
    : `${count(concerns, 'thing needs', 'things need')} you`;
}

function lastEvent({ events, lastWebhookAt }: OverviewFacts, now: number): Html {
  const [last] = events;
  if (last === undefined) {
    return html`Nothing has arrived yet.`;
  }
  const test = lastWebhookAt === null ? ' (a test)' : '';
  return html`Last event: ${subject(last)} ${last.origin === 'report' ? '' : eventVerb(last.action)}${test}, ${ago(last.receivedAt, now)}.`;
}

function concernsOf({ destinations, lastWebhookAt, refusedSince, previewing }: OverviewFacts): Concern[] {
  const failing = destinations.filter(({ state }) => state === 'failing' || state === 'paused');
  const dead = destinations.filter((report) => report.dead > 0);
  return [
    ...(lastWebhookAt === null
      ? [{ words: 'No webhook from Intelligems has come yet.', action: 'Set it up', href: '/console/set-up' }]
      : []),
    ...(refusedSince > 0
      ? [
          {
            words: `${count(refusedSince, 'request was', 'requests were')} refused since the last webhook: the signature does not fit.`,
            action: 'See why',
            href: '/console/refused',
          },
        ]
      : []),
    ...failing.map((report) => ({
      words: html`<strong>${report.title}</strong> is ${report.state}. ${report.words}`,
      action: 'Check it',
      href: `/console/set-up#destination-${report.name}`,
    })),
    ...dead.map((report) => ({
      words: html`<strong>${report.title}</strong> did not get ${count(report.dead, 'message')}: ${report.dead === 1 ? 'it was' : 'they were'} given up and ${report.dead === 1 ? 'waits' : 'wait'} for you.`,
      action: 'See the cause',
      href: `/console/dead-letters?destination=${encodeURIComponent(report.name)}`,
    })),
    ...(previewing
      ? [
          {
            words: 'Nothing is connected yet: events are kept, and printed in the log only.',
            action: 'Connect Slack, Sheets, email or your API',
            href: '/console/set-up#destinations',
          },
        ]
      : []),
  ];
}

function destinationCard(report: DestinationReport): Html {
  return html`<li class="card" id="card-${report.name}">
  <h3>${report.title}</h3>
  <p>${destinationState(report)}</p>
  <p class="words">${report.words}</p>
  <p class="figures">${when(report.open > 0, () => html`<a href="/console/events?destination=${encodeURIComponent(report.name)}&amp;state=ready">${count(report.open, 'delivery', 'deliveries')} under way</a>${when(report.dead > 0, () => ' · ')}`)}${when(report.dead > 0, () => html`<a href="/console/dead-letters?destination=${encodeURIComponent(report.name)}">${count(report.dead, 'dead letter')}</a>`)}</p>
</li>`;
}
