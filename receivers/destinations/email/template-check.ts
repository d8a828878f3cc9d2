import { ACTIONS, parseEvent } from '../../../shared/events.ts';
import { experienceState } from '../../experience/state.ts';
import type { Check, Message } from '../contract.ts';
import { renderMail } from './render.ts';
import type { EmailSettings } from './settings.ts';
import type { Templates } from './templates.ts';

/** Renders each mail of a folder's own templates once, and tells which of them fail and why. */
export function checkTemplates(templates: Templates, settings: EmailSettings): Check[] {
  if (settings.templatesFolder === undefined) {
    return [];
  }
  const failed = trialMessages().flatMap(
    (message) => renderMail(message, settings, templates, null).problems,
  );
  const problems = new Set([...templates.problems, ...failed]);
  if (problems.size === 0) {
    return [{ what: 'Email templates', state: 'ok', finding: 'Every template renders.', fix: null }];
  }
  return [...problems].map((finding) => ({
    what: 'Email templates',
    state: 'warning',
    finding,
    fix: 'The table of names that a template may use is in the README.',
  }));
}

/** One message for each kind of mail, with the least that an event can tell. */
function trialMessages(): Message[] {
  const now = Date.UTC(2026, 0, 2);
  const events = ACTIONS.map((action): Message => {
    const parsed = parseEvent(JSON.stringify({ action, experience: { id: 'trial' } }));
    if (!parsed.ok) {
      throw new TypeError(parsed.hint);
    }
    const { event } = parsed;
    return {
      kind: 'experience',
      key: `trial-${action}`,
      event,
      triggeredBy: null,
      receivedAt: now,
      late: false,
      recovered: false,
      state: experienceState([event], now),
      history: [event],
      previous: null,
      changes: [],
      results: null,
      source: 'default',
      links: { intelligems: null, console: null },
    };
  });
  const report: Message = {
    kind: 'report',
    key: 'trial-report',
    receivedAt: now,
    report: {
      topic: 'digest',
      title: 'Trial',
      summary: 'A trial of the templates.',
      sections: [{ heading: 'Trial', lines: ['Trial'], table: { columns: ['Trial'], rows: [['1']] } }],
      experienceId: null,
      link: null,
      image: null,
    },
  };
  return [...events, report];
}
