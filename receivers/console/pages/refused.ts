import type { Refusal } from '../../inbound/refusals.ts';
import { type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, moment } from './parts.ts';
import { count } from './words.ts';

const REASONS: Readonly<Record<string, string>> = {
  'no-signature': 'It has no signature.',
  'malformed-signature': 'Its signature is malformed.',
  'no-match': 'Its signature fits no secret of this source.',
  'no-secret': 'No secret is set for this source.',
};

/** A refusal's reason in words. */
export function refusalWords(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] as string) : reason;
}

/** Requests that failed verification, each with what the doctor found. */
export function refusedPage(refusals: readonly Refusal[], { now }: PageContext): Page {
  return { title: 'Refused', content: content(refusals, now) };
}

function content(refusals: readonly Refusal[], now: number): Html {
  return html`
<h1>Refused requests</h1>
<p class="lead">Requests whose signature did not fit. They were answered with an error and caused nothing. The last hundred since the receiver started are kept, to find out what is wrong.</p>
<div id="refusals" data-live>
${refusals.length === 0 ? html`<p class="empty good"><span aria-hidden="true">✓</span> None since this receiver started.</p>` : html`<ul class="refusals">${refusals.map((refusal) => refusalCard(refusal, now))}</ul>`}
</div>`;
}

function refusalCard(refusal: Refusal, now: number): Html {
  const { at, source, reason, finding, address, headers, bodyStart, bodyLength } = refusal;
  return html`<li class="card refusal">
  <p><strong>${refusalWords(reason)}</strong> <span class="help">${ago(at, now)}, from <bdi>${address}</bdi>, to the source <bdi>${source}</bdi></span></p>
  ${finding === null ? html`<p class="help">Nothing more could be found out. If it came from Intelligems, compare the secret there with the one here; else somebody else sent it, and nothing is to be done.</p>` : html`<p class="finding"><span aria-hidden="true">→</span> ${finding}</p>`}
  <details><summary>What was sent</summary>
    <p class="help">${moment(at)}${when(bodyLength, () => html`, ${count(bodyLength as number, 'byte')}`)}</p>
    <dl class="headers">${Object.entries(headers).map(([name, value]) => html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`)}</dl>
    <p class="help">The body, or its beginning:</p>
    <pre tabindex="0" aria-label="Beginning of the body"><bdi>${bodyStart}</bdi></pre>
  </details>
</li>`;
}
