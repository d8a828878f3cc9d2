import type { Operations } from '../../operations/operations.ts';
import { count } from '../../operations/words.ts';
import { type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, moment } from './parts.ts';

/** A request that failed verification. */
export type Refusal = Awaited<ReturnType<Operations['refused']>>[number];

const REASONS: Readonly<Record<string, string>> = {
  'no-signature': 'It has no signature.',
  'malformed-signature': 'Its signature is malformed.',
  'no-match': 'Its signature does not match any secret of this source.',
  'no-secret': 'This source has no secret.',
};

/** A refusal's reason in words. */
export function refusalWords(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] as string) : reason;
}

/** Requests that failed verification, each with what was found out about it. */
export function refusedPage(refusals: readonly Refusal[], { now }: PageContext): Page {
  return {
    title: 'Refused',
    content: html`
<h1>Refused requests</h1>
<p class="lead">Requests whose signature did not match. They were answered with an error and had no effect. The last 100 since the receiver started are kept, so that you can see what is wrong.</p>
<div id="refusals" data-live>
${refusals.length === 0 ? html`<p class="empty good"><span aria-hidden="true">✓</span> None since this receiver started.</p>` : html`<ul class="refusals">${refusals.map((refusal) => refusalCard(refusal, now))}</ul>`}
</div>`,
  };
}

function refusalCard(refusal: Refusal, now: number): Html {
  const { at, source, reason, finding, address, headers, bodyStart, bodyLength } = refusal;
  return html`<li class="card refusal">
  <p><strong>${refusalWords(reason)}</strong> <span class="help">${ago(at, now)}, from <bdi>${address}</bdi>, to the source <bdi>${source}</bdi></span></p>
  ${finding === null ? html`<p class="help">If it came from Intelligems, compare the secret there with the one here. If somebody else sent it, there is nothing to do.</p>` : html`<p class="finding"><span aria-hidden="true">→</span> ${finding}</p>`}
  <details><summary>Request</summary>
    <p class="help">${moment(at)}${when(bodyLength, () => html`, ${count(bodyLength as number, 'byte')}`)}</p>
    <dl class="headers">${Object.entries(headers).map(([name, value]) => html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`)}</dl>
    <p class="help">Body, up to the first 2,048 bytes:</p>
    <pre tabindex="0" aria-label="Beginning of the body"><bdi>${bodyStart}</bdi></pre>
  </details>
</li>`;
}
