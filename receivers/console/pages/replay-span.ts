import { ACTION_TITLES } from '../../../shared/words.ts';
import { MOST_EVENTS, type SpanPlan } from '../../operations/replay-span.ts';
import { count } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { moment } from './parts.ts';
import { addressable } from './show.ts';

export interface ReplaySpanFacts {
  /** The form's fields as they were sent. */
  asked: Readonly<Record<string, string>>;
  /** The chosen destinations. */
  to: readonly string[];
  sources: readonly string[];
  /** What is wrong with the fields, in a sentence; null for nothing. */
  fault: string | null;
  /** What would happen, and the fields of the form that does it; null until something is chosen. */
  plan: { what: SpanPlan; fields: Readonly<Record<string, string>> } | null;
}

/** Sends all events of a span again, after it has said how many there are and what happens to them. */
export function replaySpanPage(facts: ReplaySpanFacts, context: PageContext): Page {
  return {
    title: 'Send events again',
    content: html`
<p class="trail"><a href="/console/events">Events</a></p>
<h1>Send events again</h1>
<p class="lead">Sends all events of a span of time to a destination, oldest first. Use it after an outage, or to fill a destination that is new. You will see what happens before anything is sent.</p>
${when(facts.fault, () => html`<p class="fault" role="alert">${facts.fault}</p>`)}
${spanForm(facts, context)}
${planned(facts, context)}`,
  };
}

function spanForm({ asked, to, sources }: ReplaySpanFacts, { destinations }: PageContext): Html {
  const narrowed: [string, Content][] = [
    ['Search', asked.search],
    ['Action', ACTION_TITLES[asked.action as keyof typeof ACTION_TITLES] ?? asked.action],
    ['Experience', asked.experience],
  ];
  const hidden = ['search', 'action', 'experience'].filter((name) => (asked[name] ?? '') !== '');
  return html`<form class="filter" method="get" action="/console/events/replay">
  <div class="fields">
    <label>Received from (UTC) <input type="datetime-local" name="from" step="1" value="${asked.from}" required></label>
    <label>Until before (UTC) <input type="datetime-local" name="until" step="1" value="${asked.until}"></label>
    ${when(
      sources.length > 1,
      () =>
        html`<label>Source <select name="source"><option value="">any</option>${sources.map(
          (name) =>
            html`<option value="${name}"${when(name === asked.source, () => html` selected`)}>${name}</option>`,
        )}</select></label>`,
    )}
  </div>
  <fieldset><legend>Send to</legend>
  ${addressable(destinations).map(
    ({ name, title }) =>
      html`<label><input type="checkbox" name="to" value="${name}"${when(to.includes(name), () => html` checked`)}> ${title}</label>`,
  )}</fieldset>
  ${hidden.map((name) => html`<input type="hidden" name="${name}" value="${asked[name]}">`)}
  ${when(
    hidden.length > 0,
    () =>
      html`<p class="narrowed">Only events that match: ${narrowed
        .filter(([, value]) => (value ?? '') !== '')
        .map(([name, value]) => html`<span>${name} <bdi>${value}</bdi></span> `)}</p>`,
  )}
  <button class="secondary">Show what will happen</button>
</form>`;
}

function planned({ plan, to }: ReplaySpanFacts, { role }: PageContext): Content {
  if (plan === null) {
    return null;
  }
  const { what, fields } = plan;
  if (what.more) {
    return html`<p class="remark" role="status">There are more than ${count(MOST_EVENTS, 'event')} in this span. Choose a shorter one, and send the rest after that.</p>`;
  }
  if (what.events === 0) {
    return html`<p class="empty" role="status">No events in this span. Tests, reports and unrecognized events are left out.</p>`;
  }
  const messages = what.steps.reduce((sum, { first, again, revive }) => sum + first + again + revive, 0);
  return html`<section aria-labelledby="plan-title"><h2 id="plan-title">${count(what.events, 'event')}, ${count(messages, 'message')}</h2>
<p class="help">The first was received ${moment(what.firstAt as number)}, the last ${moment(what.lastAt as number)}. Tests, reports and unrecognized events are left out.</p>
<ul class="steps">${what.steps.map(({ title, words }) => html`<li><strong>${title}</strong>: ${words}</li>`)}</ul>
<form method="post" action="/console/events/replay" class="decide">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${to.map((name) => html`<input type="hidden" name="to" value="${name}">`)}
${when(role === 'editor' && messages > 0, () => html`<button>Send ${count(messages, 'message')}</button>`)} <a role="button" class="secondary" href="/console/events">Cancel</a></form></section>`;
}
