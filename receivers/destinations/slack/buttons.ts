import type { RequestedAction } from '../../contract/lifecycle.ts';
import type { Report } from '../../contract/message.ts';
import { EFFECTS } from '../../experience/requester.ts';
import { oneLine } from '../common/text.ts';
import { type Block, plainText } from './blocks.ts';

/** The buttons of this app, by what they request. */
export const BUTTONS: Readonly<Record<RequestedAction, { id: string; label: string; style?: 'danger' }>> = {
  pause: { id: 'experience_pause', label: 'Pause', style: 'danger' },
  start: { id: 'experience_resume', label: 'Resume' },
};

/** Slack's limit for the text of a confirmation, in characters. */
const CONFIRM_LIMIT = 300;

/**
 * The button that a report offers, with Slack's own confirmation; nothing if it offers none. Its value is the key of
 * the report, by which a press is looked up.
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element
 */
export function offerBlocks({ offer, title }: Report, key: string): Block[] {
  if (offer === undefined) {
    return [];
  }
  const { id, label, style } = BUTTONS[offer];
  const effect = EFFECTS[offer];
  const subject = oneLine(title, CONFIRM_LIMIT - effect.length - 2);
  const confirm = {
    title: plainText(`${label} it?`),
    text: plainText(`${subject}. ${effect}`),
    confirm: plainText(label),
    deny: plainText('Cancel'),
    ...(style && { style }),
  };
  const button = { type: 'button' as const, action_id: id, text: plainText(label), value: key, confirm };
  return [{ type: 'actions', elements: [{ ...button, ...(style && { style }) }] }];
}
