import type { Preview } from '../../contract/destination.ts';
import type { AttemptRecord } from '../../contract/ledger-reader.ts';
import { isCompletion } from '../../delivery/completion.ts';
import type { PreviewTarget } from '../../operations/preview.ts';
import type { DeliveryStory, EventRecord, EventStory } from '../../operations/records.ts';
import { readRoute } from '../../zapier/route.ts';
import { curlLine } from './curl.ts';
import { type Content, exact, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { actionMark, ago, copyable, eventTags, experienceUrl, moment, state, subject } from './parts.ts';
import { agoWords, count, eventTitle, eventVerb } from './words.ts';

export interface EventFacts extends EventStory {
  /** Where the source's webhooks go. */
  webhookUrl: string;
  /** What people call each destination. */
  titleOf(destination: string): string;
  /** Where a person may send it once more. */
  destinations: readonly string[];
  targets: readonly Pick<PreviewTarget, 'name' | 'title' | 'example'>[];
  /** What is previewed now; null for an event that cannot be shown. */
  preview: { name: string; preview: Preview } | null;
}

/** So many characters of a subscription's id tell Zaps apart. */
const SHOWN_OF_ZAP = 8;

/** A body longer than this, in characters, is shown in part and can be downloaded. */
const SHOWN = 200_000;

/** One event: what it is, what became of it, how it looks elsewhere, and its bytes. */
export function eventPage(facts: EventFacts, context: PageContext): Page {
  const { event } = facts;
  const title =
    event.experienceName?.trim() || (event.problem === null ? 'Unnamed experience' : 'Unrecognised');
  return {
    title: event.problem === null ? `${title} · ${eventTitle(event)}` : title,
    content: html`
<p class="trail"><a href="/console/events">Events</a></p>
<h1 class="what">${actionMark(event.action)}<span>${subject(event)} <span class="verb">${event.origin === 'report' ? '' : eventVerb(event.action)}</span></span></h1>
<p class="tags">${eventTags(event)}</p>
${when(event.problem, () => html`<p class="fault">The signature was right, but this is no event that is known here, so it was kept and sent nowhere. ${event.problem}</p>`)}
${when(event.late, () => html`<p class="remark">It came late: something newer of this experience had arrived before. It is told as late, and never turns the shown state back.</p>`)}
${factList(event, context.now)}

<section aria-labelledby="deliveries-title">
  <h2 id="deliveries-title">Where it went</h2>
  <div id="deliveries" data-live>${facts.deliveries.length === 0 ? html`<p class="empty">${event.problem === null ? html`No route led anywhere. <code>npm run routes</code> tells why.` : 'Nowhere. It stays here to be looked at.'}</p>` : html`<ol class="stories">${facts.deliveries.map((delivery) => story(delivery, facts, context.now))}</ol>`}</div>
  ${replayForm(facts, context)}
</section>

${previewSection(facts)}
${payloadSection(event, facts.webhookUrl)}`,
  };
}

function factList(event: EventRecord, now: number): Html {
  const facts: [string, Content][] = [
    ['Happened', event.occurredAt === null ? 'the event does not tell' : moment(event.occurredAt)],
    ['Received', html`${moment(event.receivedAt)} (${agoWords(now - event.receivedAt)})`],
    ['By', event.triggeredBy === null ? null : html`<bdi>${event.triggeredBy}</bdi>`],
    ['Source', html`<bdi>${event.source}</bdi>`],
    [
      'Experience',
      event.experienceId === null
        ? null
        : html`<a href="${experienceUrl({ source: event.source, experienceId: event.experienceId })}"><code>${event.experienceId}</code></a>`,
    ],
    ['Event key', copyable(event.key, 'the event key')],
  ];
  return html`<dl class="facts">${facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function story(delivery: DeliveryStory, { titleOf }: EventFacts, now: number): Html {
  const open = delivery.state === 'ready' || delivery.state === 'waiting';
  return html`<li class="story" id="delivery-${delivery.id}">
  <h3>${titleOf(delivery.destination)} ${state(delivery.state)}</h3>
  <p class="help">${causeOf(delivery)}${when(delivery.finishedAt, () => html`, ${ago(delivery.finishedAt as number, now)}`)}${when(open && delivery.dueAt > now, () => html`, next at ${moment(delivery.dueAt)}`)}</p>
  ${when(delivery.reason !== null && delivery.state !== 'done', () => html`<p class="reason">${delivery.reason}</p>`)}
  ${when(delivery.attemptRecords.length > 0, () => html`<details><summary>${count(delivery.attemptRecords.length, 'attempt')}</summary><ol class="attempts">${delivery.attemptRecords.map(attempt)}</ol></details>`)}
</li>`;
}

/** By what a delivery was made. */
function causeOf(delivery: DeliveryStory): Content {
  const zap = readRoute(delivery.route);
  if (zap !== null) {
    return html`For the Zap <code>${zap.slot.slice(0, SHOWN_OF_ZAP)}</code>`;
  }
  return isCompletion(delivery)
    ? 'Brings up to date what was sent before'
    : html`By the route “<bdi>${delivery.route}</bdi>”${when(delivery.replay > 0, () => ', sent anew by a person')}`;
}

const OUTCOMES: Readonly<Record<AttemptRecord['outcome'], string>> = {
  done: '✓ delivered',
  retry: '… to be tried again',
  dead: '✕ given up',
};

function attempt({ number, startedAt, finishedAt, outcome, note, answer }: AttemptRecord): Html {
  return html`<li><strong>${number}.</strong> ${OUTCOMES[outcome]}, ${moment(startedAt)}, took ${finishedAt - startedAt} ms
  ${when(note, () => html`<p>${note}</p>`)}
  ${when(answer, () => html`<p class="help">The other side answered:</p><pre class="answer" tabindex="0" aria-label="Answer to attempt ${number}"><bdi>${answer}</bdi></pre>`)}</li>`;
}

function replayForm({ event, destinations, titleOf }: EventFacts, { role }: PageContext): Content {
  if (role !== 'editor' || destinations.length === 0 || event.problem !== null) {
    return null;
  }
  return html`<details class="replay"><summary>Send it again …</summary>
  <form method="get" action="/console/events/${event.key}/replay">
    <fieldset><legend>To which destinations? What will happen is said before anything is sent.</legend>
    ${destinations.map((name) => html`<label><input type="checkbox" name="to" value="${name}"${when(destinations.length === 1, () => html` checked`)}> ${titleOf(name)}</label>`)}
    </fieldset>
    <button>Show what will happen</button>
  </form></details>`;
}

function previewSection({ event, targets, preview }: EventFacts): Content {
  if (preview === null) {
    return null;
  }
  const chosen = targets.find(({ name }) => name === preview.name);
  const { document, text } = preview.preview;
  return html`<section aria-labelledby="preview-title" id="preview">
  <div class="heading"><h2 id="preview-title">How it looks</h2>
  <nav aria-label="Preview for"><ul class="choices">${targets.map(({ name, title }) => html`<li><a href="/console/events/${event.key}?preview=${encodeURIComponent(name)}#preview"${when(name === preview.name, () => html` aria-current="true"`)}>${title}</a></li>`)}</ul></nav></div>
  ${when(chosen?.example, () => html`<p class="help">${chosen?.title} is not connected: this is how it would look.</p>`)}
  ${
    document.type === 'html'
      ? html`<iframe class="mail" sandbox="" src="/console/events/${event.key}/preview/${encodeURIComponent(preview.name)}" title="The mail as it would arrive"></iframe>
  <details><summary>Subject and text part</summary><pre tabindex="0" aria-label="Subject and text part"><bdi>${text}</bdi></pre></details>`
      : html`<pre class="preview" tabindex="0" aria-label="Preview"><bdi>${text}</bdi></pre>
  <details><summary>As it goes over the wire</summary><pre tabindex="0" aria-label="As it goes over the wire">${document.content}</pre></details>`
  }
</section>`;
}

function payloadSection(event: EventRecord, webhookUrl: string): Html {
  const headers = Object.entries(event.headers);
  const short = event.body.length <= SHOWN;
  const pretty = short
    ? prettyBody(event)
    : `${event.body.slice(0, SHOWN)}\n\n… ${count(event.body.length - SHOWN, 'more character')}: download it to see all.`;
  return html`<section aria-labelledby="payload-title">
  <div class="heading"><h2 id="payload-title">What came in</h2>
    <div class="tools">
      <label class="find" hidden data-search="payload">Find in it <input type="search" autocomplete="off"> <output></output></label>
      ${when(short && event.bodyEncoding === 'utf8', () => html`<button type="button" class="quiet" data-copy="${exact(event.body)}">Copy the body</button>`)}
      ${when(short && event.origin !== 'report', () => html`<button type="button" class="quiet" data-copy="${exact(curlLine(event, webhookUrl))}">Copy as curl</button>`)}
      <a href="/console/events/${event.key}/body" download>Download</a>
    </div></div>
  <pre id="payload" class="payload" tabindex="0" aria-label="The body">${pretty}</pre>
  ${when(
    headers.length > 0,
    () => html`<details><summary>${count(headers.length, 'header')}</summary>
    <dl class="headers">${headers.map(([name, value]) => html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`)}</dl></details>`,
  )}
</section>`;
}

/** The body with line breaks where it is JSON, as it is where not. */
function prettyBody({ body, bodyEncoding }: Pick<EventRecord, 'body' | 'bodyEncoding'>): string {
  if (bodyEncoding === 'base64') {
    return `The bytes are no text in UTF-8. In base64:\n${body}`;
  }
  try {
    return JSON.stringify(JSON.parse(body), null, 2) ?? body;
  } catch {
    return body;
  }
}
