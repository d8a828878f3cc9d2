import { isRecord } from '../../../shared/events.ts';
import type { RequestedAction } from '../../contract/lifecycle.ts';
import { BUTTONS } from './buttons.ts';

/** What this app needs of a `block_actions` payload. */
export interface PressPayload {
  action: RequestedAction;
  /** The value of the button. */
  value: string;
  /** Identifies the press. */
  id: string;
  user: { id: string; name: string | null; team: string | null };
  /** The workspace that the app is installed in; null for an installation in a whole organization. */
  team: string | null;
  /** Where an answer for this person goes; null if Slack gives none. */
  responseUrl: string | null;
}

/**
 * Reads the form that Slack posts for a button: one field, `payload`, with JSON. Null for anything but a button of
 * this app. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
export function readPressPayload(body: Uint8Array): PressPayload | null {
  const written = new URLSearchParams(new TextDecoder().decode(body)).get('payload');
  const payload = written === null ? null : parsed(written);
  if (!isRecord(payload) || payload.type !== 'block_actions' || !isRecord(payload.user)) {
    return null;
  }
  const [pressed] = Array.isArray(payload.actions) ? payload.actions : [];
  const userId = text(payload.user.id);
  if (!isRecord(pressed) || userId === null) {
    return null;
  }
  const action = (['pause', 'start'] as const).find((each) => BUTTONS[each].id === pressed.action_id);
  const value = text(pressed.value);
  const id = text(payload.trigger_id);
  return action === undefined || value === null || id === null
    ? null
    : {
        action,
        value,
        id,
        user: {
          id: userId,
          name: text(payload.user.name) ?? text(payload.user.username),
          team: text(payload.user.team_id),
        },
        team: isRecord(payload.team) ? text(payload.team.id) : null,
        responseUrl: text(payload.response_url),
      };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
