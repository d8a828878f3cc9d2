import type { Connection, Removal } from '../../../operations/connections.ts';
import { html, when } from '../html.ts';
import type { Page } from '../layout.ts';
import { openDeliveriesChoice } from './list.ts';

/** Asks before something is removed, and says what that does. */
export function removalPage(connection: Connection, removal: Removal, fault: string | null): Page {
  const { kind, title, setBy } = connection;
  if (setBy.by !== 'console') {
    throw new TypeError('Only what was set in the console can be removed there.');
  }
  const action = `/console/connections/${kind}/${encodeURIComponent(setBy.id)}/remove`;
  return {
    title: `Remove ${title}`,
    content: html`<p class="crumbs"><a href="/console/connections">Connections</a></p>
<h1>Remove <bdi>${title}</bdi>?</h1>
${when(fault, () => html`<p class="notice bad" role="alert">${fault}</p>`)}
${removal.words.map((words) => html`<p>${words}</p>`)}
${
  removal.refusal === null
    ? html`<form method="post" action="${action}"><input type="hidden" name="version" value="${setBy.version}">
${when(kind === 'destination' && removal.open > 0, () => openDeliveriesChoice(removal.couldMoveTo))}
<div class="decide"><button class="danger">Remove</button> <a class="button secondary" href="/console/connections">Keep it</a></div></form>`
    : html`<p class="notice bad">${removal.refusal}</p>`
}`,
  };
}
