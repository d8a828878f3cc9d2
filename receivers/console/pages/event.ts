import { howToRun } from '../../base/how-to-run.ts';
import type { Preview } from '../../contract/destination.ts';
import type { AttemptRecord } from '../../contract/ledger-reader.ts';
import type { PreviewName } from '../../operations/preview.ts';
import type { DeliveryStory, EventRecord, EventStory } from '../../operations/records.ts';
import { agoWords, count, eventTitle, eventVerb, waitWords } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { lookOf } from './looks.ts';
import {
  actionMark,
  ago,
  copyable,
  eventTags,
  experienceUrl,
  moment,
  named,
  state,
  subject,
} from './parts.ts';
import { addressable } from './show.ts';

export interface EventFacts extends EventStory {
  targets: readonly PreviewName[];
  /** What is previewed now; null for an event that cannot be shown. */
  preview: (PreviewName & { preview: Preview }) | null;
}

/** Characters of a body that are shown. A longer one is cut and can be downloaded. */
const SHOWN = 200_000;

/** One event: what it is, its deliveries, how it looks elsewhere, and its payload. */
export function eventPage(facts: EventFacts, context: PageContext): Page {
  const { event } = facts;
  const title =
    event.experienceName?.trim() || (event.problem === null ? 'Unnamed experience' : 'Unrecognized');
  return {
    title: event.problem === null ? `${title} · ${eventTitle(event)}` : title,
    content: html`
<p class="trail"><a href="/console/events">Events</a></p>
<h1 class="what">${actionMark(event.action)}<span>${subject(event)} <span class="verb">${event.origin === 'report' ? '' : eventVerb(event.action)}</span></span></h1>
<p class="tags">${eventTags(event)}</p>
${when(event.problem, () => html`<p class="fault">The signature is valid, but this is not a known event. It was stored and not sent anywhere. ${event.problem}</p>`)}
${when(event.late, () => html`<p class="remark">It arrived late: a newer event of this experience was already here. Messages say so, and the experience keeps its newer state.</p>`)}
${factList(event, context.now)}

<section aria-labelledby="deliveries-title">
  <h2 id="deliveries-title">Deliveries</h2>
  <div id="deliveries" data-live>${deliveryList(facts, context)}</div>
  ${replayForm(facts, context)}
</section>

${previewSection(facts)}
${payloadSection(event)}`,
  };
}

function factList(event: EventStory['event'], now: number): Html {
  const facts: [string, Content][] = [
    ['Happened', event.occurredAt === null ? 'unknown' : moment(event.occurredAt)],
    ['Received', html`${moment(event.receivedAt)} (${agoWords(now - event.receivedAt)})`],
    ['By', event.by === null ? null : html`<bdi>${event.by}</bdi>`],
    ['Store', event.store === null ? null : html`<bdi>${event.store}</bdi>`],
    ['Source', html`<bdi>${event.source}</bdi>`],
    [
      'Experience',
      event.experienceId === null
        ? null
        : html`<a href="${experienceUrl({ source: event.source, experienceId: event.experienceId })}">${named(event.experienceName)}</a> <code>${event.experienceId}</code>`,
    ],
    ['Event key', copyable(event.key, 'the event key')],
  ];
  return html`<dl class="facts">${facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function deliveryList({ event, deliveries }: EventFacts, context: PageContext): Html {
  const outward = deliveries.filter(({ effect }) => effect !== 'internal');
  const internal = deliveries.filter(({ effect }) => effect === 'internal');
  const none =
    event.problem === null
      ? html`<p class="empty">No route matched. <code>${howToRun('routes')}</code> explains why.</p>`
      : html`<p class="empty">None. The event is stored so that you can look at it.</p>`;
  return html`${outward.length === 0 ? none : html`<ol class="stories">${outward.map((delivery) => story(delivery, context))}</ol>`}
${when(internal.length > 0, () => html`<details class="internal"><summary>${count(internal.length, 'internal delivery', 'internal deliveries')}</summary><ol class="stories">${internal.map((delivery) => story(delivery, context))}</ol></details>`)}`;
}

function story(delivery: DeliveryStory, context: PageContext): Html {
  const { now } = context;
  const attempts = delivery.attemptRecords;
  return html`<li class="story" id="delivery-${delivery.id}">
  <h3>${delivery.title} ${state(delivery.state, delivery.effect)}</h3>
  <p class="help"><bdi>${delivery.cause}</bdi>${when(delivery.finishedAt, () => html`, ${ago(delivery.finishedAt as number, now)}`)}${nextAttempt(delivery, now)}</p>
  ${when(delivery.reason !== null && delivery.state !== 'done', () => html`<p class="reason">${delivery.reason}</p>`)}
  ${tryNow(delivery, context)}
  ${when(attempts.length > 0, () => html`<details><summary>${count(attempts.length, 'attempt')}</summary><ol class="attempts">${attempts.map(attempt)}</ol></details>`)}
</li>`;
}

/** For a delivery that waits for its next attempt, or for the end of its destination's pause. */
function tryNow(
  { id, eventKey, state: name, destination, dueAt }: DeliveryStory,
  { role, destinations, now }: PageContext,
): Content {
  const paused = destinations.find((report) => report.name === destination)?.state === 'paused';
  return when(
    role === 'editor' && name === 'ready' && (paused || dueAt > now),
    () =>
      html`<form method="post" action="/console/events/${eventKey}/deliveries/${id}/now" class="tools"><button class="small secondary">Try now</button>${when(paused, () => html` <span class="help">The destination is paused because it fails.</span>`)}</form>`,
  );
}

function nextAttempt({ state: name, dueAt, attempts }: DeliveryStory, now: number): Content {
  if (name !== 'ready') {
    return null;
  }
  const what = attempts === 0 ? 'first attempt' : 'next attempt';
  return dueAt > now
    ? html`, ${what} ${waitWords(dueAt - now)} (${moment(dueAt)})`
    : html`, ${what} as soon as possible`;
}

const OUTCOMES: Readonly<Record<AttemptRecord['outcome'], string>> = {
  done: '✓ done',
  retry: '… will be tried again',
  dead: '✕ failed',
};

function attempt({ number, startedAt, finishedAt, outcome, note, answer }: AttemptRecord): Html {
  return html`<li><strong>${number}.</strong> ${OUTCOMES[outcome]}, ${moment(startedAt)}, took ${finishedAt - startedAt} ms
  ${when(note, () => html`<p>${note}</p>`)}
  ${when(answer, () => html`<p class="help">Response:</p><pre class="answer" tabindex="0" aria-label="Response to attempt ${number}"><bdi>${answer}</bdi></pre>`)}</li>`;
}

function replayForm({ event }: EventFacts, { role, destinations }: PageContext): Content {
  const possible = addressable(destinations);
  if (role !== 'editor' || possible.length === 0 || event.problem !== null) {
    return null;
  }
  return html`<details class="replay"><summary>Send again …</summary>
  <form method="get" action="/console/events/${event.key}/replay" data-needs-choice>
    <fieldset><legend>Which destinations? You will see what happens before anything is sent.</legend>
    ${possible.map(({ name, title }) => html`<label><input type="checkbox" name="to" value="${name}"${when(possible.length === 1, () => html` checked`)}> ${title}</label>`)}
    </fieldset>
    <button>Continue</button>
  </form></details>`;
}

function previewSection({ event, targets, preview }: EventFacts): Content {
  if (preview === null) {
    return null;
  }
  return html`<section aria-labelledby="preview-title" id="preview">
  <div class="heading"><h2 id="preview-title">How it looks</h2>
  <nav aria-label="Preview for"><ul class="choices">${targets.map(({ name, title }) => html`<li><a href="/console/events/${event.key}?preview=${encodeURIComponent(name)}#preview"${when(name === preview.name, () => html` aria-current="true"`)}>${title}</a></li>`)}</ul></nav></div>
  ${when(preview.example, () => html`<p class="help">${preview.title} is not connected. This is how it would look.</p>`)}
  ${lookOf(preview.preview, preview.title, `/console/events/${event.key}/preview/${encodeURIComponent(preview.name)}`)}
</section>`;
}

function payloadSection(event: EventRecord): Html {
  const headers = Object.entries(event.headers);
  const short = event.body.length <= SHOWN;
  const pretty = short
    ? prettyBody(event)
    : `${event.body.slice(0, SHOWN)}\n\n… ${count(event.body.length - SHOWN, 'more character')}. Download the payload to see all.`;
  const path = `/console/events/${event.key}`;
  return html`<section aria-labelledby="payload-title">
  <div class="heading"><h2 id="payload-title">Payload</h2>
    <div class="tools">
      <label class="find" hidden data-search="payload">Find <input type="search" autocomplete="off"> <output></output></label>
      ${when(event.bodyEncoding === 'utf8', () => html`<button type="button" class="quiet" data-copy-from="${path}/body">Copy</button>`)}
      ${when(event.origin !== 'report', () => html`<button type="button" class="quiet" data-copy-from="${path}/curl">Copy as curl</button>`)}
      <a href="${path}/body" download>Download</a>
    </div></div>
  <pre id="payload" class="payload" tabindex="0" aria-label="Payload">${pretty}</pre>
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
