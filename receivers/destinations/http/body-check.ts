import { readdirSync, readFileSync } from 'node:fs';
import { type ExperienceEvent, parseEvent } from '../../../shared/events.ts';
import { experienceState } from '../../experience/state.ts';
import { renderBody } from './body-template.ts';
import { forwardedEvent } from './render.ts';

/**
 * Tries a body template on the six sample webhooks, and on an event of which nothing but its action and the
 * experience's id is known.
 *
 * @returns what is wrong with it, for which event; null where all goes well
 */
export function bodyTemplateProblem(template: string): string | null {
  for (const [name, event] of trialEvents()) {
    const rendered = renderBody(template, forwardedEvent(trialMessage(event)));
    if (!rendered.ok) {
      return `${rendered.problem} (Tried with ${name}.)`;
    }
  }
  return null;
}

const SAMPLES = new URL('../../../shared/samples/', import.meta.url);

function trialEvents(): [string, ExperienceEvent][] {
  const bodies: [string, string][] = readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [`the sample ${name}`, readFileSync(new URL(name, SAMPLES), 'utf8')]);
  bodies.push(['an event without optional fields', '{"action":"startExperience","experience":{"id":"x"}}']);
  return bodies.flatMap(([name, body]) => {
    const parsed = parseEvent(body);
    return parsed.ok ? [[name, parsed.event] as [string, ExperienceEvent]] : [];
  });
}

function trialMessage(event: ExperienceEvent) {
  const receivedAt = event.timestamp ?? Date.UTC(2026, 0, 2);
  return {
    kind: 'experience',
    key: 'trial',
    event,
    triggeredBy: null,
    receivedAt,
    late: false,
    recovered: false,
    state: experienceState([event], receivedAt),
    history: [event],
    previous: null,
    changes: [],
    results: null,
    source: 'default',
    links: { intelligems: null, console: null },
  } as const;
}
