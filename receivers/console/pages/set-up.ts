import { ACTIONS } from '../../../shared/events.ts';
import type { Check } from '../../contract/destination.ts';
import type { EventSummary } from '../../contract/ledger-reader.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import type { Operations } from '../../operations/operations.ts';
import type { MissingKind, SetUp, SourceSetUp } from '../../operations/set-up.ts';
import { eventVerb } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, copyable, destinationState, subject } from './parts.ts';
import { type Refusal, refusalWords } from './refused.ts';

export interface SetUpFacts extends SetUp {
  /** The address of the receiver: PUBLIC_URL, or the one in this browser. */
  baseUrl: string;
  /** The last event that a webhook brought. */
  lastWebhook: EventSummary | null;
  /** The newest refused request, if it is newer than that. */
  refusal: Refusal | null;
  /** What the connection checks found, by destination. */
  checks: Awaited<ReturnType<Operations['checks']>>;
}

/** From nothing to the first verified webhook, and on to the destinations. */
export function setUpPage(facts: SetUpFacts, context: PageContext): Page {
  return {
    title: 'Set-up',
    content: html`
<h1>Set-up</h1>
${intelligemsSection(facts, context.now)}
${trySection(facts, context)}
${destinationsSection(facts, context)}`,
  };
}

function intelligemsSection(facts: SetUpFacts, now: number): Html {
  const { sources, publicUrl, baseUrl, lastWebhook } = facts;
  return html`<section aria-labelledby="intelligems-title">
<h2 id="intelligems-title">1. Connect Intelligems</h2>
<div id="check" class="check ${lastWebhook === null ? 'waiting' : 'good'}" role="status" data-live>${liveCheck(facts, now)}</div>
<ol class="guide">
  <li><h3>Open the webhooks in Intelligems</h3><p>In the Intelligems dashboard, open <strong>Settings</strong> and its <strong>Webhooks</strong> section, or <strong>Settings &gt; Integrations</strong>, and add a webhook. Intelligems documents both places.</p></li>
  <li><h3>Paste this URL</h3>
    ${sources.map((source) => html`<div class="value">${forSource(source, sources)}${copyable(`${baseUrl}${source.path}`, sources.length > 1 ? `the URL for ${source.title}` : 'the URL', reach(baseUrl))}</div>`)}
    ${when(publicUrl === null, () => html`<p class="help">This is the address in your browser. Intelligems needs an https address that it can reach from the internet. Set PUBLIC_URL to that address, and it is shown here.</p>`)}</li>
  <li><h3>Select all six events</h3><p class="ticks">${ACTIONS.map((action) => html`<span class="tick"><span aria-hidden="true">☑</span> ${tickWords(action)}</span> `)}</p>
    <p class="help">The routes in your settings decide which of them go where.</p></li>
  <li><h3>Use the same secret on both sides</h3>
    <p>If Intelligems asks for a secret, enter the receiver’s:</p>
    ${sources.map((source) => html`<p>${forSource(source, sources)}${source.secret.where} ${source.secret.ending === '' ? 'It is never shown here.' : html`It ends with <code>…${source.secret.ending}</code>. It is never shown here in full.`}</p>`)}
    <p>If Intelligems shows you a secret instead, enter it as the secret of the source under <a href="/console/connections#sources-title">Connections</a>.</p></li>
</ol>
${when(lastWebhook === null, troubleshooting)}
<details class="hint"><summary>Do I need this receiver?</summary><p>If all you want is a message in Slack when an experience starts or ends, the Slack bot of Intelligems may be enough. Use this receiver if events should also go to Google Sheets, email, Zapier or your own API, if different events go to different channels, or if no event may get lost.</p></details>
</section>`;
}

/** Why an address is of no use elsewhere, as a remark next to its copy button; null if it works everywhere. */
function reach(baseUrl: string): string | null {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  return /^(localhost|.*\.localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(host)
    ? 'Only works on this machine'
    : null;
}

function forSource({ title }: SourceSetUp, sources: readonly SourceSetUp[]): Content {
  return when(sources.length > 1, () => html`<span class="for"><bdi>${title}</bdi></span> `);
}

function trySection({ sources }: SetUpFacts, { role, destinations }: PageContext): Html {
  const zapier = destinations.some(
    ({ title, current, internal }) => title === 'Zapier' && current && !internal,
  );
  return html`<section aria-labelledby="try-title">
<h2 id="try-title">2. Try it without Intelligems</h2>
<p>A test event goes wherever a real one would: to every destination that your routes name${when(zapier, () => ' and to every Zap that is on')}. Everybody there sees it, as an experience named “Test from the console”. It is marked as a test and does not count as a webhook.</p>
${
  role === 'editor'
    ? html`<form method="post" action="/console/test" class="tools">
  ${sources.length > 1 ? html`<label>Source <select name="source">${sources.map(({ name, title }) => html`<option value="${name}">${title}</option>`)}</select></label>` : html`<input type="hidden" name="source" value="${sources[0]?.name}">`}
  <button>Send a test event</button></form>`
    : html`<p class="help">Your session is read-only. Somebody with the console’s main token can send one.</p>`
}
</section>`;
}

function destinationsSection({ checks, missing }: SetUpFacts, context: PageContext): Html {
  const current = context.destinations.filter((report) => report.current);
  const cards = (isInternal: boolean): Html[] =>
    current
      .filter(({ internal }) => internal === isInternal)
      .map((report) => destinationCard(report, checks[report.name] ?? null, context));
  return html`<section aria-labelledby="destinations-title" id="destinations">
<h2 id="destinations-title">3. Connect destinations</h2>
<div id="connected" data-live><ul class="cards wide">${cards(false)}</ul></div>
${when(missing.length > 0, () => html`<h3>Not connected</h3><ul class="missing">${missing.map(missingKind)}</ul>`)}
<p>Zapier connects with a key for each store: <a href="/console/zapier">Keys and Zaps</a></p>
${when(cards(true).length > 0, () => html`<details class="internal"><summary>Internal deliveries</summary><p class="help">The receiver makes these for itself, for example to ask Intelligems who caused an event.</p><ul id="internal" class="cards wide" data-live>${cards(true)}</ul></details>`)}
</section>`;
}

function tickWords(action: string): string {
  const verb = action.replace('Experience', '');
  return `${verb[0]?.toUpperCase()}${verb.slice(1)} Experience`;
}

function liveCheck({ lastWebhook, refusal }: SetUpFacts, now: number): Html {
  const refused = when(refusal, () => refusedRemark(refusal as Refusal, now));
  return lastWebhook === null
    ? html`<p class="big"><span class="pulse" aria-hidden="true"></span> Waiting for the first verified webhook …</p><p class="help">This turns green by itself. Start or update a test experience in Intelligems. Tests from here do not count.</p>${refused}`
    : html`<p class="big"><span aria-hidden="true">✓</span> Webhooks arrive, and their signatures match</p><p class="help">The last one: <a href="/console/events/${lastWebhook.key}">${subject(lastWebhook)} ${eventVerb(lastWebhook.action)}</a>, ${ago(lastWebhook.receivedAt, now)}.</p>${refused}`;
}

function refusedRemark({ at, reason, finding }: Refusal, now: number): Html {
  const advice = finding ?? 'If it came from Intelligems, compare the secret there with the one here.';
  return html`<p class="finding"><strong>A request was refused ${ago(at, now)}.</strong> ${refusalWords(reason)} ${advice} <a href="/console/refused">See it</a></p>`;
}

function troubleshooting(): Html {
  return html`<details class="hint"><summary>Nothing arrives?</summary><ul>
  <li>Open the URL above on a phone without Wi-Fi. It answers “Only POST” if the receiver can be reached from the internet.</li>
  <li>Check that the URL begins with https:// and that the certificate is valid. Intelligems does not post to an address that a browser warns about.</li>
  <li>Check in Intelligems that the webhook is on and that its events are selected. Then start or change an experience.</li>
  <li>A firewall or proxy must pass POST requests on with header and body unchanged.</li>
  <li>Intelligems tries up to five times. After a longer outage, change something to cause a new event.</li>
</ul></details>`;
}

function destinationCard(
  report: DestinationReport,
  checked: SetUpFacts['checks'][string] | null,
  { role, now }: PageContext,
): Html {
  const { name, title, internal } = report;
  const path = `/console/destinations/${encodeURIComponent(name)}`;
  return html`<li class="card" id="destination-${name}">
  <h3>${title} ${destinationState(report)}</h3>
  <p class="words">${report.words}</p>
  ${checked === null ? html`<p class="help">Checking the connection …</p>` : html`<ul class="checks">${checked.checks.map(checkLine)}</ul><p class="help">Checked ${ago(checked.at, now)}.</p>`}
  ${when(
    role === 'editor',
    () => html`<div class="tools">
    ${when(!internal, () => html`<form method="post" action="${path}/test"><button class="small">Send a test</button></form>`)}
    <form method="post" action="${path}/check"><button class="small secondary">Check again</button></form>
    ${when(report.state === 'paused', () => html`<form method="post" action="${path}/resume"><button class="small secondary">Try now</button></form>`)}
  </div>`,
  )}
</li>`;
}

const CHECK_MARKS: Readonly<Record<Check['state'], { mark: string; words: string }>> = {
  ok: { mark: '✓', words: 'OK' },
  warning: { mark: '!', words: 'warning' },
  fault: { mark: '✕', words: 'problem' },
};

/** What a check found, as a list item. */
export function checkLine({ what, state, finding, fix }: Check): Content {
  const { mark, words } = CHECK_MARKS[state];
  return html`<li class="finding-${state}"><span aria-hidden="true">${mark}</span> <span class="for-readers">${words}: </span><strong>${what}</strong>: ${finding}${when(fix, () => html` <span class="fix">${fix}</span>`)}</li>`;
}

function missingKind({ kind, title, file, settings }: MissingKind): Html {
  const how =
    file === null
      ? 'set these environment variables, or the same settings in receivers.yaml,'
      : html`add a destination with <code>type: ${kind}</code> and these settings to ${file},`;
  return html`<li><details><summary>${title}</summary><p><a href="/console/connections/new/destination/${kind}">Connect it here</a>, without a restart. Or: ${how} and restart the receiver:</p>
  <dl class="settings">${settings.map(({ name, description }) => html`<div><dt><code>${name}</code></dt><dd>${description}</dd></div>`)}</dl></details></li>`;
}
