import { type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import type { ExperienceMessage } from '../contract/message.ts';

/** What Zapier gets of a message: the object that every trigger gives. */
export function render(message: ExperienceMessage): ZapierEvent {
  return zapierEvent({
    id: message.key,
    event: message.event,
    triggeredBy: message.triggeredBy,
    receivedAt: message.receivedAt,
    recovered: message.recovered,
  });
}
