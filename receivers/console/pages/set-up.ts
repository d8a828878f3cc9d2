import { ACTIONS } from '../../../shared/events.ts';
import type { Check } from '../../contract/destination.ts';
import type { EventSummary } from '../../contract/ledger-reader.ts';
import type { Refusal } from '../../inbound/refusals.ts';
import type { Checked } from '../../operations/checks.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import { ZAPIER } from '../../zapier/names.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, copyable, destinationState, subject } from './parts.ts';
import { refusalWords } from './refused.ts';
import { eventVerb } from './words.ts';

export interface SetUpFacts {
  sources: SourceFacts[];
  /** Whether PUBLIC_URL is set; without it the URLs are those of this browser. */
  publicUrlSet: boolean;
  /** The last event that a webhook brought. */
  lastWebhook: EventSummary | null;
  /** The newest refused request, where it is newer than that. */
  refusal: Refusal | null;
  destinations: ConnectedDestination[];
  /** Kinds of destinations that are not connected. */
  missing: MissingKind[];
}

export interface ConnectedDestination extends DestinationReport {
  checked: Checked | null;
  /** Whether a test event can be sent there. */
  testable: boolean;
}

export interface SourceFacts {
  name: string;
  title: string;
  url: string;
  /** Where the secret is, and its last characters; none of a short one. */
  secret: { where: string; ending: string };
}

export interface MissingKind {
  kind: string;
  title: string;
  /** The settings file that lists the destinations, and to which it is to be added; null where there is none. */
  file: string | null;
  /** The settings that switch it on, by environment variable or as the file names them. */
  settings: { name: string; description: string }[];
}

/** From nothing to the first webhook that verifies, and on to the destinations. */
export function setUpPage(facts: SetUpFacts, context: PageContext): Page {
  const { sources, publicUrlSet, lastWebhook, destinations, missing } = facts;
  const zaps = destinations.some(({ name }) => name === ZAPIER);
  return {
    title: 'Set-up',
    content: html`
<h1>Set-up</h1>
<section aria-labelledby="intelligems-title">
<h2 id="intelligems-title">1. Connect Intelligems</h2>
<div id="check" class="check ${lastWebhook === null ? 'waiting' : 'good'}" role="status" data-live>${liveCheck(facts, context.now)}</div>
<ol class="guide">
  <li><h3>Open the webhooks of Intelligems</h3><p>In the Intelligems dashboard: Settings, Webhooks, and add one.</p></li>
  <li><h3>Paste this URL</h3>
    ${sources.map((source) => html`<div class="value">${when(sources.length > 1, () => html`<span class="for"><bdi>${source.title}</bdi></span>`)}${copyable(source.url, sources.length > 1 ? `the URL for ${source.title}` : 'the URL')}</div>`)}
    ${when(!publicUrlSet, () => html`<p class="help">This is the receiver as your browser reaches it. Intelligems has to reach it from the internet, over https. Set PUBLIC_URL to its public address, and it is shown here.</p>`)}</li>
  <li><h3>Tick all six events</h3><p class="ticks">${ACTIONS.map((action) => html`<span class="tick"><span aria-hidden="true">☑</span> ${tickWords(action)}</span> `)}</p>
    <p class="help">Which of them go where is decided here, by the routes in your settings.</p></li>
  <li><h3>Enter the secret</h3>
    ${sources.map((source) => html`<p>${when(sources.length > 1, () => html`<bdi>${source.title}</bdi>: `)}${source.secret.where} ${source.secret.ending === '' ? 'It is never shown here.' : html`It ends with <code>…${source.secret.ending}</code>; it is never shown here in full.`}</p>`)}</li>
</ol>
${when(lastWebhook === null, nothingArrives)}
</section>

<section aria-labelledby="try-title">
<h2 id="try-title">2. Try it without Intelligems</h2>
<p>A test event goes the way of a real one, to every destination that your routes name${when(zaps, () => ' and every Zap that is switched on')}. Everybody there sees it, as an experience named “Test from the console”.</p>
${
  context.role === 'editor'
    ? html`<form method="post" action="/console/test" class="tools">
  ${sources.length > 1 ? html`<label>Source <select name="source">${sources.map(({ name, title }) => html`<option value="${name}">${title}</option>`)}</select></label>` : html`<input type="hidden" name="source" value="${sources[0]?.name}">`}
  <button>Send a test event</button></form>`
    : readOnly()
}
</section>

<section aria-labelledby="destinations-title" id="destinations">
<h2 id="destinations-title">3. Connect where events go</h2>
<div id="connected" data-live><ul class="cards wide">${destinations.map((destination) => destinationCard(destination, context))}</ul></div>
${when(missing.length > 0, () => html`<h3>Not connected</h3><ul class="missing">${missing.map(missingKind)}</ul>`)}
</section>`,
  };
}

function tickWords(action: string): string {
  const verb = action.replace('Experience', '');
  return `${verb[0]?.toUpperCase()}${verb.slice(1)} Experience`;
}

function liveCheck({ lastWebhook, refusal }: SetUpFacts, now: number): Html {
  const refused = when(
    refusal,
    () =>
      html`<p class="finding"><strong>A request was refused ${ago((refusal as Refusal).at, now)}.</strong> ${refusalWords((refusal as Refusal).reason)} ${(refusal as Refusal).finding ?? 'If it came from Intelligems, compare the secret there with the one here.'} <a href="/console/refused">Look at it</a></p>`,
  );
  return lastWebhook === null
    ? html`<p class="big"><span class="pulse" aria-hidden="true"></span> Waiting for the first webhook that verifies …</p><p class="help">This turns green by itself. In Intelligems, start or update a test experience.</p>${refused}`
    : html`<p class="big"><span aria-hidden="true">✓</span> Webhooks arrive, and their signatures fit</p><p class="help">The last one: <a href="/console/events/${lastWebhook.key}">${subject(lastWebhook)} ${eventVerb(lastWebhook.action)}</a>, ${ago(lastWebhook.receivedAt, now)}.</p>${refused}`;
}

function nothingArrives(): Html {
  return html`<details class="hint"><summary>Nothing arrives?</summary><ul>
  <li>Open the URL above from a phone without Wi-Fi: it answers “Only POST” when the internet reaches this receiver.</li>
  <li>See that it begins with https:// and that the certificate is valid: Intelligems does not post to a page that a browser warns about.</li>
  <li>See in Intelligems that the webhook is switched on and that its events are ticked; then start or change an experience.</li>
  <li>A firewall or a proxy in front must let POST through, with the header and the body as they came.</li>
  <li>Intelligems tries up to five times; after a longer outage, change something to cause a new event.</li>
</ul></details>`;
}

function readOnly(): Html {
  return html`<p class="help">You may read only. Somebody with the console’s main token can send one.</p>`;
}

function destinationCard(report: ConnectedDestination, { role, now }: PageContext): Html {
  const { name, title, checked, testable } = report;
  return html`<li class="card" id="destination-${name}">
  <h3>${title} ${destinationState(report)}</h3>
  <p class="words">${report.words}</p>
  ${checked === null ? html`<p class="help">Checking the connection …</p>` : html`<ul class="checks">${checked.checks.map(checkLine)}</ul><p class="help">Checked ${ago(checked.at, now)}.</p>`}
  ${when(
    role === 'editor',
    () => html`<div class="tools">
    ${when(testable, () => html`<form method="post" action="/console/destinations/${encodeURIComponent(name)}/test"><button class="small">Send a test</button></form>`)}
    <form method="post" action="/console/destinations/${encodeURIComponent(name)}/check"><button class="small secondary">Check again</button></form>
    ${when(report.state === 'paused', () => html`<form method="post" action="/console/destinations/${encodeURIComponent(name)}/resume"><button class="small secondary">End the pause now</button></form>`)}
  </div>`,
  )}
</li>`;
}

const CHECK_MARKS: Readonly<Record<Check['state'], { mark: string; words: string }>> = {
  ok: { mark: '✓', words: 'fine' },
  warning: { mark: '!', words: 'warning' },
  fault: { mark: '✕', words: 'fault' },
};

function checkLine({ what, state, finding, fix }: Check): Content {
  const { mark, words } = CHECK_MARKS[state];
  return html`<li class="finding-${state}"><span aria-hidden="true">${mark}</span> <span class="for-readers">${words}: </span><strong>${what}</strong>: ${finding}${when(fix, () => html` <span class="fix">${fix}</span>`)}</li>`;
}

function missingKind({ kind, title, file, settings }: MissingKind): Html {
  const how =
    file === null
      ? 'Set these in the environment, or the same in receivers.yaml,'
      : html`Add a destination of the <code>type: ${kind}</code> to ${file}, with these,`;
  return html`<li><details><summary>${title}</summary><p>${how} and start the receiver again:</p>
  <dl class="settings">${settings.map(({ name, description }) => html`<div><dt><code>${name}</code></dt><dd>${description}</dd></div>`)}</dl></details></li>`;
}
