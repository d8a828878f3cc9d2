import type { Preview } from '../../../contract/destination.ts';
import type { Outcome } from '../../../contract/outcome.ts';
import type { Connection, Draft, DraftCheck, DraftFault, Form } from '../../../operations/connections.ts';
import { type Content, type Html, html, when } from '../html.ts';
import type { Page } from '../layout.ts';
import { lookOf } from '../looks.ts';
import { checkLine } from '../set-up.ts';
import { type Filled, fieldList } from './fields.ts';

/** A form for one connection, and what came of what a person just did with it. */
export interface DraftFacts {
  form: Form;
  /** What it changes; null for something new. */
  changed: Connection | null;
  /** What was entered; null when the form is opened. */
  draft: Draft | null;
  faults: readonly DraftFault[];
  check: DraftCheck | null;
  /** What came of a test message. */
  tested: Outcome | null;
  conflict: string | null;
  options: Filled['options'];
  extras: Filled['extras'];
  /** What to do elsewhere first, such as creating an app. */
  guide: Content;
  /** How a sample event looks there; null for what shows nothing. */
  look: Preview | null;
}

export function draftPage(facts: DraftFacts): Page {
  const { form, changed } = facts;
  const title = changed === null ? `Connect ${form.title}` : changed.title;
  return {
    title,
    content: html`<p class="crumbs"><a href="/console/connections">Connections</a></p>
<h1>${headingOf(facts)}</h1>
${when(changed?.problem, () => html`<p class="notice bad" role="alert">${changed?.problem}</p>`)}
${facts.guide}
<form class="draft" method="post" data-draft novalidate>
${draftFields(facts)}
<div id="outcome" class="outcome-of-draft" role="status" tabindex="-1" data-answer>${outcome(facts)}</div>
<div class="decide">${buttons(form)}</div>
</form>
${when(facts.look, () => html`<section aria-labelledby="look-title"><h2 id="look-title">How a start looks there</h2>${lookOf(facts.look as Preview, form.title, `/console/connections/look/${form.type}`)}</section>`)}`,
  };
}

function headingOf({ form, changed }: DraftFacts): Content {
  if (changed !== null) {
    return html`<bdi>${changed.title}</bdi>`;
  }
  return form.kind === 'destination' ? `Connect ${form.title}` : `New ${form.title.toLowerCase()}`;
}

function draftFields({ form, changed, draft, faults, check, options, extras }: DraftFacts): Html {
  const setBy = changed?.setBy.by === 'console' ? changed.setBy : null;
  const all = [...faults, ...(check?.faults ?? [])];
  const filled: Filled = {
    values: draft?.values ?? changed?.values ?? {},
    secrets: changed?.secrets ?? [],
    fixed: changed?.fixed ?? {},
    faults: all,
    options,
    extras,
  };
  const at = (field: string): string => all.find((fault) => fault.field === field)?.message ?? '';
  const names = html`${nameField(form, changed, draft, at)}
${when(form.kind !== 'route', () => html`<div class="field"><label class="label" for="title">Title <span class="optional">optional</span></label><input id="title" name="title" maxlength="100" value="${draft?.title ?? changed?.title ?? ''}"><p class="help">What people see. You can change it at any time.</p><p class="fault" id="title-fault" data-answer>${at('title')}</p></div>`)}`;
  const fields = fieldList(form.fields, filled);
  return html`${when(setBy, () => html`<input type="hidden" name="version" value="${draft?.version ?? setBy?.version}">`)}
${form.kind === 'destination' ? [fields, names] : [names, fields]}`;
}

/** A name is part of addresses and never changes, but that of a route. */
function nameField(
  { kind, type }: Form,
  changed: Connection | null,
  draft: Draft | null,
  at: (field: string) => string,
): Content {
  if (changed !== null && kind !== 'route') {
    return html`<input type="hidden" name="name" value="${changed.name}"><p class="help">Name in routes and addresses: <code>${changed.name}</code></p>`;
  }
  const help = {
    source: 'Part of the URL that Intelligems posts to. It cannot be changed later.',
    destination: `Routes use it. It cannot be changed later. Default: ${type}.`,
    route: 'What people see. You can change it at any time.',
  }[kind];
  return html`<div class="field"><label class="label" for="name">Name${when(kind === 'destination', () => html` <span class="optional">optional</span>`)}</label>
<input id="name" name="name" maxlength="100" value="${draft?.name ?? changed?.name ?? ''}" spellcheck="false" aria-describedby="name-help name-fault"><p class="help" id="name-help">${help}</p><p class="fault" id="name-fault" data-answer>${at('name')}</p></div>`;
}

function buttons({ kind }: Form): Html {
  return kind === 'destination'
    ? html`<button name="intent" value="check" class="secondary">Check</button>
<button name="intent" value="test" class="secondary">Send a test</button>
<button name="intent" value="save">Save</button>`
    : html`${when(kind === 'source', () => html`<button name="intent" value="check" class="secondary">Check</button>`)}<button name="intent" value="save">Save</button>`;
}

/** What came of the last button. */
function outcome({ faults, check, tested, conflict, draft }: DraftFacts): Content {
  if (draft === null) {
    return null;
  }
  const all = [...faults, ...(check?.faults ?? [])];
  if (conflict !== null) {
    return html`<p class="notice bad">${conflict} <a href="">Load what it is now</a></p>`;
  }
  if (all.length > 0) {
    const whole = all.filter(({ field }) => field === '');
    return html`<p class="notice bad">${whole.length > 0 ? whole.map(({ message }) => html`${message} `) : 'Nothing was saved. Correct the marked fields.'}</p>`;
  }
  if (tested !== null) {
    return tested.type === 'done'
      ? html`<p class="notice good">The test was sent. Look for “Test from the console”.</p>`
      : html`<p class="notice bad">The test did not arrive: ${tested.reason}</p>`;
  }
  if (check !== null) {
    return check.checks.length === 0
      ? html`<p class="notice good">The entries are valid.</p>`
      : html`<ul class="checks">${check.checks.map(checkLine)}</ul>`;
  }
  return null;
}
