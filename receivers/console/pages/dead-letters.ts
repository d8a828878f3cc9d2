import type { DeadLetterGroup } from '../../operations/dead-letters.ts';
import type { DeadLetters } from '../../operations/operations.ts';
import { queryString } from '../api/event-query.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { ago, named } from './parts.ts';
import { agoWords, count, eventTitle, STATE_WORDS } from './words.ts';

export interface DeadLettersFacts extends DeadLetters {
  /** The destination that is looked at; null for all. */
  destination: string | null;
  titleOf(destination: string): string;
}

/** What was given up, by cause, each with what to do. */
export function deadLettersPage(facts: DeadLettersFacts, context: PageContext): Page {
  const { groups, counted, more, destination } = facts;
  return {
    title: 'Dead letters',
    content: html`
<h1>Dead letters</h1>
<p class="lead">Messages that a destination refused for good, or that were tried too often. They stay here until you decide: mend the cause, then send them again.</p>
${when(destination !== null, () => html`<p>Only those for <strong>${facts.titleOf(destination as string)}</strong>. <a href="/console/dead-letters">Show all</a></p>`)}
<div id="letters" data-live>
${counted === 0 ? html`<p class="empty good"><span aria-hidden="true">✓</span> None. Everything that was accepted has arrived, or is on its way.</p>` : null}
${when(more, () => html`<p class="remark">There are more than ${count(counted, 'dead letter')}; the oldest of them are grouped here.</p>`)}
${groups.map((group) => groupCard(group, facts, context))}
</div>`,
  };
}

function groupCard(group: DeadLetterGroup, { titleOf }: DeadLettersFacts, { now, role }: PageContext): Html {
  const { destination, cause, letters } = group;
  const name = `cause-${destination}-${cause}`;
  const [first, last] = [agoWords(now - group.firstAt), agoWords(now - group.lastAt)];
  return html`<article class="card cause" id="${name}" aria-labelledby="${name}-title">
  <h2 id="${name}-title">${titleOf(destination)}: ${count(group.count, 'message')}</h2>
  <p class="reason">${group.reason}</p>
  <p class="help">${first === last ? html`Given up ${ago(group.lastAt, now)}.` : html`Given up from ${ago(group.firstAt, now)} to ${ago(group.lastAt, now)}.`}</p>
  ${when(
    role === 'editor',
    () => html`<div class="tools"><a role="button" class="small" href="/console/dead-letters/replay${queryString({ destination, cause })}">Send ${group.count === 1 ? 'it' : `all ${group.count.toLocaleString('en')}`} again …</a>
  <a role="button" class="small secondary" href="/console/dead-letters/dismiss${queryString({ destination, cause })}">Set aside …</a></div>`,
  )}
  <details><summary>${letters.length === group.count ? count(letters.length, 'message') : `The last ${letters.length}`}</summary>
  <ul class="letters">${letters.map(
    (
      letter,
    ) => html`<li id="letter-${letter.id}"><a href="/console/events/${letter.eventKey}">${named(letter.experienceName)} · ${eventTitle({ action: letter.action, origin: 'webhook' })}</a>
  <span class="help">${count(letter.attempts, 'attempt')}, ${ago(letter.finishedAt ?? letter.createdAt, now)}</span>
  ${when(role === 'editor', () => html`<a href="/console/dead-letters/replay${queryString({ id: letter.id })}" aria-label="Send this one again">Send again …</a>`)}</li>`,
  )}</ul></details>
</article>`;
}

export interface DecisionFacts {
  what: 'replay' | 'dismiss';
  groups: DeadLetterGroup[];
  counted: number;
  more: boolean;
  titleOf(destination: string): string;
  /** What happens there to what had arrived after all, in a sentence; null where nothing is sent. */
  repeatedAt(destination: string): string | null;
  /** The fields of the form that carries it out. */
  fields: Readonly<Record<string, string>>;
}

/** Says what will happen to dead letters before it does. */
export function decisionPage(
  { what, groups, counted, more, titleOf, repeatedAt, fields }: DecisionFacts,
  { role }: PageContext,
): Page {
  const replay = what === 'replay';
  const title = replay ? 'Send dead letters again' : 'Set dead letters aside';
  return {
    title,
    content: html`
<p class="trail"><a href="/console/dead-letters">Dead letters</a></p>
<h1>${title}</h1>
${counted === 0 ? html`<p class="empty">There is none of these any more: somebody was faster.</p>` : decision()}`,
  };

  function decision(): Content {
    return html`<p class="lead">What will happen:</p>
<ul class="steps">${groups.map((group) => {
      const several = group.count > 1 || more;
      const them = html`<strong>${count(group.count, 'message')}</strong>${when(more, () => ' and more')} to <strong>${titleOf(group.destination)}</strong>`;
      return html`<li>${replay ? html`${them} ${several ? 'are tried again, in the order in which they came' : 'is tried again'}. ${repeatedAt(group.destination)}` : html`${them} will not be sent. ${several ? 'They stay with their events' : 'It stays with its event'}, marked as “${STATE_WORDS.dismissed.words}”.`}
<p class="reason">${several ? 'They' : 'It'} failed because: ${group.reason}</p></li>`;
    })}</ul>
<form method="post" action="/console/dead-letters/${what}" class="decide">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${when(role === 'editor', () => html`<button>${replay ? 'Send again' : 'Set aside'}</button>`)} <a role="button" class="secondary" href="/console/dead-letters">Leave it</a></form>`;
  }
}
