import { eventKey } from '../shared/event-key.ts';
import { type Action, type ExperienceEvent, parseEvent, triggeredBy } from '../shared/events.ts';
import createSample from '../shared/samples/create.json' with { type: 'json' };
import deleteSample from '../shared/samples/delete.json' with { type: 'json' };
import endSample from '../shared/samples/end.json' with { type: 'json' };
import pauseSample from '../shared/samples/pause.json' with { type: 'json' };
import startSample from '../shared/samples/start.json' with { type: 'json' };
import updateSample from '../shared/samples/update.json' with { type: 'json' };
import { type ZapierEvent, zapierEvent } from '../shared/zapier-event.ts';

const WEBHOOKS: Readonly<Record<Action, object>> = {
  createExperience: createSample,
  startExperience: startSample,
  pauseExperience: pauseSample,
  endExperience: endSample,
  updateExperience: updateSample,
  deleteExperience: deleteSample,
};

/** The sample webhook of an action, as an event. */
export function sampleWebhook(action: Action): ExperienceEvent {
  const parsed = parseEvent(JSON.stringify(WEBHOOKS[action]));
  if (!parsed.ok) {
    throw new Error(parsed.hint);
  }
  return parsed.event;
}

/** What Zapier shows for an action until it has a real event: made in the same way. */
export function sampleEvent(action: Action): ZapierEvent {
  const event = sampleWebhook(action);
  const id = eventKey('', event, new TextEncoder().encode(JSON.stringify(WEBHOOKS[action])));
  const receivedAt = (event.timestamp ?? 0) + 1_000;
  return zapierEvent({ id, event, triggeredBy: triggeredBy(event), receivedAt });
}
