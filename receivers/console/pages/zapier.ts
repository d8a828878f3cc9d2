import { count } from '../../operations/words.ts';
import type { ListedZap, ZapierOperations } from '../../operations/zapier.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, copyable, named } from './parts.ts';

type Key = Awaited<ReturnType<ZapierOperations['keys']>>[number];

export interface ZapierFacts {
  keys: readonly Key[];
  zaps: readonly ListedZap[];
  /** Their names and titles. */
  sources: readonly { name: string; title: string }[];
  /** A key that was just made; it is shown this once. */
  made: { key: string; source: string } | null;
}

/** Keys for connections of the Zapier app, and the Zaps that use them. */
export function zapierPage(facts: ZapierFacts, context: PageContext): Page {
  const { keys, zaps, made } = facts;
  const canChange = context.role === 'editor';
  return {
    title: 'Zapier',
    content: html`
<h1>Zapier</h1>
<p class="lead">Each connection in Zapier needs this receiver’s address and a key. A key gives access to the events of one source.</p>
${when(made, () => madeKey(made as NonNullable<typeof made>))}
<section aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
${when(canChange, () => makeForm(facts))}
${keys.length === 0 ? html`<p class="empty">No key has been made here.</p>` : html`<ul class="letters">${keys.map((key) => keyLine(key, canChange, context.now))}</ul>`}
</section>
<section aria-labelledby="zaps-title">
<h2 id="zaps-title">Zaps</h2>
${zaps.length === 0 ? html`<p class="empty">No Zap is on.</p>` : html`<p>${count(zaps.length, 'Zap')} on.</p><ul class="letters">${zaps.map((zap) => zapLine(zap, canChange, context.now))}</ul>`}
</section>`,
  };
}

function madeKey({ key, source }: { key: string; source: string }): Html {
  return html`<div class="notice" role="status"><p>The key for the source <bdi>${source}</bdi>. It is not shown again: copy it now, and enter it as the Receiver Key of the connection in Zapier.</p>
<div class="value">${copyable(key, 'the key')}</div></div>`;
}

function makeForm({ sources }: ZapierFacts): Html {
  return html`<form class="filter" method="post" action="/console/zapier/keys"><div class="fields">
  <label>Source <select name="source">${sources.map(({ name, title }) => html`<option value="${name}">${title}</option>`)}</select></label>
  <label>Name <input name="name" maxlength="100" placeholder="who uses it"></label>
  <button>Make a key</button></div></form>`;
}

function keyLine({ id, source, name, createdAt, lastUsedAt }: Key, canChange: boolean, now: number): Html {
  const used = lastUsedAt === null ? 'never used' : html`last used ${ago(lastUsedAt, now)}`;
  return html`<li id="key-${id}">${named(name, 'Unnamed key')} <code>${id}</code>
  <span class="help">source <bdi>${source}</bdi>, made ${ago(createdAt, now)}, ${used}</span>
  ${confirmed(canChange, 'Revoke …', 'The Zaps that were switched on with this key get no more events. This cannot be undone.', `/console/zapier/keys/${encodeURIComponent(id)}/revoke`, 'Revoke the key')}</li>`;
}

function zapLine(zap: ListedZap, canChange: boolean, now: number): Html {
  const { id, trigger, source, filters, keyId, createdAt, lastEventAt } = zap;
  const last = lastEventAt === null ? 'no event yet' : html`last event ${ago(lastEventAt, now)}`;
  return html`<li id="zap-${id}"><bdi>${trigger}</bdi>${when(zap.zap, () => html` · Zap <bdi>${zap.zap}</bdi>`)}
  <span class="help">source <bdi>${source}</bdi>${filters.map((filter) => html`, <bdi>${filter}</bdi>`)}, ${keyId === null ? 'with ZAPIER_API_KEY' : html`with the key <code>${keyId}</code>`}, on since ${ago(createdAt, now)}, ${last}</span>
  ${confirmed(canChange, 'End …', 'This Zap gets no more events until it is switched off and on in Zapier.', `/console/zapier/zaps/${encodeURIComponent(id)}/end`, 'End the subscription')}</li>`;
}

/** A button behind a question. */
function confirmed(
  canChange: boolean,
  title: string,
  question: string,
  action: string,
  button: string,
): Content {
  return when(
    canChange,
    () => html`<details class="hint"><summary>${title}</summary><p>${question}</p>
  <form method="post" action="${action}"><button class="small">${button}</button></form></details>`,
  );
}
