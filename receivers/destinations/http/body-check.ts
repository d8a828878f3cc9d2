import { experienceTrials } from '../trial.ts';
import { render } from './render.ts';

/**
 * Renders a body template for the six sample webhooks, and for events with nothing but an action and an id.
 *
 * @returns what is wrong with it, and for which event; null if nothing is
 */
export function bodyTemplateProblem(template: string): string | null {
  for (const { name, message } of experienceTrials()) {
    const rendered = render(message, template);
    if (!rendered.ok) {
      return `${rendered.problem} (Tried with ${name}.)`;
    }
  }
  return null;
}
