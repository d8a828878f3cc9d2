import type { Action } from '../../../shared/events.ts';
import type { Status } from '../../contract/experience.ts';

/** Slack's emoji names. They differ in shape, not only in color, and the words always come with them. */
export const STATUS_MARKS: Readonly<Record<Status, { emoji: string; words: string }>> = {
  pending: { emoji: 'white_circle', words: 'Not started' },
  started: { emoji: 'arrow_forward', words: 'Running' },
  paused: { emoji: 'double_vertical_bar', words: 'Paused' },
  ended: { emoji: 'black_square_for_stop', words: 'Ended' },
  deleted: { emoji: 'wastebasket', words: 'Deleted' },
};

export const ACTION_MARKS: Readonly<Record<Action, string>> = {
  createExperience: 'white_circle',
  startExperience: 'arrow_forward',
  pauseExperience: 'double_vertical_bar',
  endExperience: 'black_square_for_stop',
  updateExperience: 'pencil2',
  deleteExperience: 'wastebasket',
};
