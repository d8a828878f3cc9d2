import { experienceTrials } from '../trial.ts';
import { renderBody } from './body-template.ts';
import { forwardedEvent } from './render.ts';

/**
 * Tries a body template on the six sample webhooks, and on events of which nothing but the action and the
 * experience's id is known.
 *
 * @returns what is wrong with it, for which event; null where all goes well
 */
export function bodyTemplateProblem(template: string): string | null {
  for (const { name, message } of experienceTrials()) {
    const rendered = renderBody(template, forwardedEvent(message));
    if (!rendered.ok) {
      return `${rendered.problem} (Tried with ${name}.)`;
    }
  }
  return null;
}
