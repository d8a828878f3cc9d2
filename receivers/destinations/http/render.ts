import type { Message } from '../../contract/message.ts';
import { type RenderedBody, renderBody } from './body-template.ts';
import { type ForwardedEvent, forwardedEvent, forwardedReport } from './forwarded-event.ts';

/**
 * Renders the body of a message as JSON. A report always has its own shape: a template of the settings is written for
 * events.
 *
 * @param template the settings' Liquid template; undefined for the default body
 */
export function render(message: Message, template: string | undefined): RenderedBody {
  if (message.kind === 'report') {
    return { ok: true, body: JSON.stringify(forwardedReport(message)) };
  }
  const event = forwardedEvent(message);
  return template === undefined
    ? { ok: true, body: withPayload(event, message.body) }
    : renderBody(template, event, message.body);
}

/** The event as JSON, with the webhook's own text as its payload: parsed and written again it would lose digits. */
function withPayload({ payload: _, ...event }: ForwardedEvent, text: string): string {
  return `${JSON.stringify(event).slice(0, -1)},"payload":${text}}`;
}
