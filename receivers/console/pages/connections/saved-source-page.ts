import type { Connection } from '../../../operations/connections.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { copyable } from '../parts.ts';

/** A new source: what to enter at Intelligems. The secret is shown this once. */
export function savedSourcePage({ title }: Connection, address: string, secret: string): Page {
  return {
    title: `${title} is ready`,
    content: html`<p class="crumbs"><a href="/console/connections">Connections</a></p>
<h1><bdi>${title}</bdi> is ready</h1>
<p>In Intelligems, add a webhook with this URL and this secret, and select all six events.</p>
<p class="label">URL</p><div class="value">${copyable(address, 'the URL')}</div>
<p class="label">Secret</p><div class="value">${copyable(secret, 'the secret')}</div>
<p class="notice">The secret is not shown again: copy it now. If Intelligems shows you a secret of its own instead, open <a href="/console/connections">Connections</a> and enter that one.</p>`,
  };
}
