import { HEALTH_CHECKS } from '../../../shared/health-words.ts';
import { list, oneOf, text, wholeNumber } from '../../base/setting-values.ts';
import { section, setting } from './setting.ts';

const TYPES_ADVICE = 'Write types or categories such as pricing, content/url or experiment.';

/** How it works is in receivers/lifecycle/README.md. */
export const autoPause = section({
  checks: setting(
    'AUTO_PAUSE_CHECKS',
    list(oneOf(HEALTH_CHECKS), `Write some of ${HEALTH_CHECKS.join(', ')}.`).prefault([]),
    'When an alarm of these checks begins, the receiver pauses the experience by itself. Default: none, so that only people pause.',
  ),
  types: setting(
    'AUTO_PAUSE_TYPES',
    list(text(TYPES_ADVICE), TYPES_ADVICE).prefault([]),
    'Which types or categories of experiences AUTO_PAUSE_CHECKS is for, such as pricing or experiment. Default: all.',
  ),
  perDay: setting(
    'AUTO_PAUSE_PER_DAY',
    wholeNumber(1, 1000, 3).default(3),
    'How many experiences of a source AUTO_PAUSE_CHECKS may pause in a day (UTC), by all processes together.',
  ),
});
