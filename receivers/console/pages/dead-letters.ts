import type { DeadLetter, DeadLetterGroup, DeadLetters } from '../../operations/dead-letters.ts';
import { queryString } from '../../operations/event-query.ts';
import { agoWords, count, eventTitle, STATE_WORDS } from '../../operations/words.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, named } from './parts.ts';

export interface DeadLettersFacts extends DeadLetters {
  /** The selection as it was written in the address. */
  written: Readonly<Record<string, string>>;
}

/** Messages that could not be delivered, by cause, each with what to do. */
export function deadLettersPage(facts: DeadLettersFacts, context: PageContext): Page {
  const { groups, counted, more, written } = facts;
  const narrowed = Object.keys(written).length > 0;
  return {
    title: 'Dead letters',
    content: html`
<h1>Dead letters</h1>
<p class="lead">Messages that a destination rejected, or that failed too often. They stay here until you decide. Fix the cause, then send them again.</p>
${spanForm(facts, context)}
<div id="letters" data-live>
${counted === 0 ? empty(narrowed) : null}
${when(more, () => html`<p class="remark">There are more than ${count(counted, 'dead letter')}. The oldest are shown here.</p>`)}
${groups.map((group) => groupCard(group, written, context))}
</div>`,
  };
}

function empty(narrowed: boolean): Html {
  return narrowed
    ? html`<p class="empty">No dead letters match. <a href="/console/dead-letters">Show all</a></p>`
    : html`<p class="empty good"><span aria-hidden="true">✓</span> None. Everything was delivered, or is on its way.</p>`;
}

/** Selects by destination and by the days on which they failed; all of these can be sent again together. */
function spanForm({ written, counted }: DeadLettersFacts, { role, destinations }: PageContext): Content {
  const narrowed = Object.keys(written).length > 0;
  if (counted === 0 && !narrowed) {
    return null;
  }
  const options = destinations.filter(({ dead, name }) => dead > 0 || name === written.destination);
  return html`<form class="filter" method="get" action="/console/dead-letters"><div class="fields">
  <label>Destination <select name="destination"><option value="">any</option>${options.map(({ name, title }) => html`<option value="${name}"${when(name === written.destination, () => html` selected`)}>${title}</option>`)}</select></label>
  <label>Failed on or after (UTC) <input type="date" name="from" value="${written.from}"></label>
  <label>Failed before (UTC) <input type="date" name="to" value="${written.to}"></label>
  <button class="secondary">Filter</button></div>
  ${when(narrowed, () => html`<p class="narrowed"><a href="/console/dead-letters">Show all</a></p>`)}
  ${when(
    role === 'editor' && narrowed && counted > 0,
    () => html`<div class="tools"><a role="button" class="small" href="/console/dead-letters/replay${queryString(written)}">Send all of these again …</a>
  <a role="button" class="small secondary" href="/console/dead-letters/dismiss${queryString(written)}">Dismiss all of these …</a></div>`,
  )}
</form>`;
}

function groupCard(
  group: DeadLetterGroup,
  written: Readonly<Record<string, string>>,
  { now, role }: PageContext,
): Html {
  const { destination, cause, letters } = group;
  const name = `cause-${destination}-${cause}`;
  const [first, last] = [agoWords(now - group.firstAt), agoWords(now - group.lastAt)];
  const query = queryString({ ...written, destination, cause });
  return html`<article class="card cause" id="${name}" aria-labelledby="${name}-title">
  <h2 id="${name}-title">${group.title}: ${count(group.count, 'message')}</h2>
  <p class="reason">${group.reason}</p>
  <p class="help">${first === last ? html`Failed ${ago(group.lastAt, now)}.` : html`Failed between ${ago(group.firstAt, now)} and ${ago(group.lastAt, now)}.`}</p>
  ${when(
    role === 'editor',
    () => html`<div class="tools"><a role="button" class="small" href="/console/dead-letters/replay${query}">Send ${group.count === 1 ? '' : `all ${group.count.toLocaleString('en-US')} `}again …</a>
  <a role="button" class="small secondary" href="/console/dead-letters/dismiss${query}">Dismiss …</a></div>`,
  )}
  <details><summary>${letters.length === group.count ? count(letters.length, 'message') : `The newest ${letters.length}`}</summary>
  <ul class="letters">${letters.map((letter) => letterLine(letter, role === 'editor', now))}</ul></details>
</article>`;
}

function letterLine(letter: DeadLetter, canChange: boolean, now: number): Html {
  const title = eventTitle({ action: letter.action, origin: 'webhook' });
  return html`<li id="letter-${letter.id}"><a href="/console/events/${letter.eventKey}">${named(letter.experienceName)} · ${title}</a>
  <span class="help">${count(letter.attempts, 'attempt')}, ${ago(letter.finishedAt ?? letter.createdAt, now)}</span>
  ${when(canChange, () => html`<a href="/console/dead-letters/replay${queryString({ id: letter.id })}" aria-label="Send this one again">Send again …</a>`)}</li>`;
}

export interface DecisionFacts extends DeadLetters {
  what: 'replay' | 'dismiss';
  /** The fields of the form that carries it out. */
  fields: Readonly<Record<string, string>>;
}

/** Says what will happen to dead letters before it happens. */
export function decisionPage(facts: DecisionFacts, { role }: PageContext): Page {
  const { what, groups, counted, fields } = facts;
  const replay = what === 'replay';
  const title = replay ? 'Send dead letters again' : 'Dismiss dead letters';
  return {
    title,
    content: html`
<p class="trail"><a href="/console/dead-letters">Dead letters</a></p>
<h1>${title}</h1>
${
  counted === 0
    ? html`<p class="empty">None of these are left. Somebody else may have handled them.</p>`
    : html`<p class="lead">What will happen:</p>
<ul class="steps">${groups.map((group) => decisionLine(group, facts))}</ul>
<form method="post" action="/console/dead-letters/${what}" class="decide">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${when(role === 'editor', () => html`<button>${replay ? 'Send again' : 'Dismiss'}</button>`)} <a role="button" class="secondary" href="/console/dead-letters">Cancel</a></form>`
}`,
  };
}

function decisionLine(group: DeadLetterGroup, { what, more }: DecisionFacts): Html {
  const several = group.count > 1 || more;
  const them = html`<strong>${count(group.count, 'message')}</strong>${when(more, () => ' and more')} to <strong>${group.title}</strong>`;
  const fate =
    what === 'replay'
      ? html`${them} will be tried again${several ? ', in the order in which they arrived' : ''}. ${group.repeated}`
      : html`${them} will not be sent. ${several ? 'They stay with their events' : 'It stays with its event'}, marked “${STATE_WORDS.dismissed.words}”.`;
  return html`<li>${fate}<p class="reason">Why ${several ? 'they' : 'it'} failed: ${group.reason}</p></li>`;
}
