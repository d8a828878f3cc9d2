import type { EventRecord } from '../../operations/records.ts';
import type { ReplayStep } from '../../operations/replay.ts';
import { html } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { named } from './parts.ts';

export interface ReplayFacts {
  event: Pick<EventRecord, 'key' | 'experienceName'>;
  steps: readonly ReplayStep[];
}

const MARKS: Readonly<Record<ReplayStep['does'], string>> = { revive: '↻', send: '→', nothing: '–' };

/** Says what a replay will do before it does it. */
export function replayPage({ event, steps }: ReplayFacts, { role }: PageContext): Page {
  const acts = role === 'editor' && steps.some(({ does }) => does !== 'nothing');
  return {
    title: 'Send again',
    content: html`
<p class="trail"><a href="/console/events/${event.key}">Back to the event</a></p>
<h1>Send again: ${named(event.experienceName)}</h1>
<p class="lead">${steps.length === 0 ? 'Nothing is selected. Go back and select a destination.' : 'What will happen:'}</p>
<ul class="steps">${steps.map(({ title, does, words }) => html`<li><span aria-hidden="true">${MARKS[does]}</span> <strong>${title}</strong>: ${words}</li>`)}</ul>
<form method="post" action="/console/events/${event.key}/replay" class="decide">
${steps.map(({ destination }) => html`<input type="hidden" name="to" value="${destination}">`)}
${acts ? html`<button>Send again</button>` : null} <a role="button" class="secondary" href="/console/events/${event.key}">Cancel</a></form>`,
  };
}
