import type { LoggedChange } from '../../../operations/connections.ts';
import { html, when } from '../html.ts';
import type { Page } from '../layout.ts';
import { moment } from '../parts.ts';

/** How many lines of the audit log one page shows. */
export const CHANGES_SHOWN = 50;

const WHO: Readonly<Record<LoggedChange['by']['via'], string>> = {
  console: 'in the console',
  api: 'by the API',
  import: 'by an import',
};

/** Who changed what, newest first. */
export function changesPage(changes: readonly LoggedChange[]): Page {
  const last = changes.at(-1);
  return {
    title: 'Changes',
    content: html`<p class="crumbs"><a href="/console/connections">Connections</a></p>
<h1>Who changed what</h1>
${changes.length === 0 ? html`<p class="empty">Nothing was changed in the console yet.</p>` : html`<ol class="letters">${changes.map(changeLine)}</ol>`}
${when(changes.length === CHANGES_SHOWN, () => html`<p><a href="/console/connections/changes?before=${last?.revision}">Earlier changes</a></p>`)}`,
  };
}

function changeLine({ at, by, change, kind, title, details }: LoggedChange) {
  return html`<li>${moment(at)} ${kind} <strong><bdi>${title}</bdi></strong> ${change} <span class="help">${WHO[by.via]}, from <bdi>${by.address}</bdi></span>
${when(details.length > 0, () => html`<ul>${details.map((detail) => html`<li><bdi>${detail}</bdi></li>`)}</ul>`)}</li>`;
}
