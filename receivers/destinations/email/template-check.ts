import type { Check } from '../../contract/destination.ts';
import { experienceTrials, reportTrials } from '../trial.ts';
import { renderMail } from './render.ts';
import type { EmailSettings } from './settings.ts';
import type { Templates } from './templates.ts';

/** Renders every mail with the folder's own templates, with all fields and with the fewest, and reports which fail. */
export function checkTemplates(templates: Templates, settings: EmailSettings): Check[] {
  if (settings.templatesFolder === undefined) {
    return [];
  }
  const messages = [...experienceTrials().map(({ message }) => message), ...reportTrials()];
  const failed = messages.flatMap((message) => renderMail(message, settings, templates, null).problems);
  const problems = new Set([...templates.problems, ...failed]);
  if (problems.size === 0) {
    return [{ what: 'Email templates', state: 'ok', finding: 'Every template renders.', fix: null }];
  }
  return [...problems].map((finding) => ({
    what: 'Email templates',
    state: 'warning',
    finding,
    fix: 'The names that a template can use are in receivers/destinations/email/README.md.',
  }));
}
