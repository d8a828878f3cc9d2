import { oneOf, timeZone, wholeNumber, wholeNumbers } from '../../base/setting-values.ts';
import { destinationNames } from './destination-name.ts';
import { section, setting } from './setting.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

export const digest = section({
  to: setting(
    'DIGEST_TO',
    destinationNames().prefault([]),
    'The destinations that get a daily digest. Days without events have none.',
    'destination',
  ),
  hour: setting(
    'DIGEST_HOUR',
    wholeNumber(0, 23, 8).default(8),
    'The hour at which the digest is sent, 0 to 23.',
  ),
  timeZone: setting(
    'DIGEST_TIME_ZONE',
    timeZone().nullable().default(null),
    'The time zone of that hour. Default: TIME_ZONE.',
  ),
});

export const milestones = section({
  to: setting(
    'MILESTONES_TO',
    destinationNames().prefault([]),
    'With an access token: the destinations that get a report when an experience has been live for a number of days.',
    'destination',
  ),
  days: setting(
    'MILESTONE_DAYS',
    wholeNumbers(1, 365, [7, 14]).prefault([7, 14]),
    'After how many days live to report. Paused time does not count.',
  ),
});

export const overview = section({
  to: setting(
    'OVERVIEW_TO',
    destinationNames().prefault([]),
    'With an access token: the destinations that get a weekly overview of all running experiences.',
    'destination',
  ),
  day: setting('OVERVIEW_DAY', oneOf(DAYS).default('monday'), 'The day on which the overview is sent.'),
  hour: setting(
    'OVERVIEW_HOUR',
    wholeNumber(0, 23, 8).default(8),
    'The hour at which the overview is sent, 0 to 23.',
  ),
  timeZone: setting(
    'OVERVIEW_TIME_ZONE',
    timeZone().nullable().default(null),
    'The time zone of that day and hour. Default: TIME_ZONE.',
  ),
});
