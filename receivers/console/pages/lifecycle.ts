import type { RequestedAction, SettledRequest } from '../../contract/lifecycle.ts';
import { DONE_WORDS, EFFECTS, INFINITIVES, requesterWords } from '../../experience/requester.ts';
import type { ExperienceStory } from '../../operations/experiences.ts';
import type { LifecycleStory } from '../../operations/lifecycle.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { moment, named } from './parts.ts';

const BUTTONS: Readonly<Record<RequestedAction, string>> = { pause: 'Pause', start: 'Resume' };

/** The button that pauses or resumes an experience, and what was done here before; nothing if there is neither. */
export function lifecycleSection(
  { offer, settled }: LifecycleStory,
  { id, source }: { id: string; source: string },
  { role }: Pick<PageContext, 'role'>,
): Content {
  const canAct = offer !== null && role === 'editor';
  if (!canAct && settled.length === 0) {
    return null;
  }
  return html`<section aria-labelledby="requests-title"><h2 id="requests-title">Pause and resume</h2>
<div id="requests" data-live>${when(settled.length > 0, () => html`<ul>${settled.toReversed().map(settledItem)}</ul>`)}
${when(canAct, () => html`<p><a role="button" class="secondary" href="${confirmUrl({ id, source }, offer ?? 'pause')}">${BUTTONS[offer ?? 'pause']} …</a></p>`)}</div></section>`;
}

const OUTCOMES: Readonly<Record<SettledRequest['outcome'], (done: string) => string>> = {
  done: (done) => done,
  needless: (done) => `Already ${done}`,
  failed: (done) => `Not ${done}`,
  unknown: (done) => `Perhaps ${done}: Intelligems did not confirm it`,
};

function settledItem({ request: { action, by, why }, outcome, at }: SettledRequest): Html {
  const words = OUTCOMES[outcome](DONE_WORDS[action]);
  const sentence = `${words[0]?.toUpperCase()}${words.slice(1)}`;
  return html`<li>${moment(at)}: ${sentence}, requested <bdi>${requesterWords(by)}</bdi>.${when(why, () => html` <bdi>${why}</bdi>`)}</li>`;
}

function confirmUrl({ id, source }: { id: string; source: string }, action: RequestedAction): string {
  return `/console/experiences/${encodeURIComponent(id)}/${INFINITIVES[action]}?${new URLSearchParams({ source })}`;
}

/**
 * Says what a pause or resumption will do before it is requested.
 *
 * @param press identifies this page, so that its form counts once
 */
export function confirmPage(
  { source, experience, lifecycle }: Pick<ExperienceStory, 'source' | 'experience' | 'lifecycle'>,
  action: RequestedAction,
  { role }: Pick<PageContext, 'role'>,
  press: string,
): Page {
  const back = `/console/experiences/${encodeURIComponent(experience.id)}?${new URLSearchParams({ source })}`;
  const isPossible = lifecycle.offer === action && role === 'editor';
  return {
    title: BUTTONS[action],
    content: html`
<p class="trail"><a href="${back}">Back to the experience</a></p>
<h1>${BUTTONS[action]}: ${named(experience.name)}</h1>
<p class="lead">${isPossible ? `${EFFECTS[action]} The destinations that get reports about its health get one about this.` : 'This is not possible now.'}</p>
<form method="post" action="/console/experiences/${encodeURIComponent(experience.id)}/${INFINITIVES[action]}" class="decide">
<input type="hidden" name="source" value="${source}"><input type="hidden" name="press" value="${press}">
${when(isPossible, () => html`<button>${BUTTONS[action]} it</button> `)}<a role="button" class="secondary" href="${back}">Cancel</a></form>`,
  };
}
