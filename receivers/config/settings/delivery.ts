import { amount, flag, milliseconds, text, wholeNumber } from '../../base/setting-values.ts';
import { section, setting } from './setting.ts';

export const delivery = section(
  {
    maxAttempts: setting(
      'MAX_ATTEMPTS',
      wholeNumber(1, 100, 8).default(8),
      'The number of failed attempts after which a delivery becomes a dead letter. Rate limits do not count.',
    ),
    attemptTimeoutSeconds: setting(
      'ATTEMPT_TIMEOUT_SECONDS',
      amount(0.1, 600, 30).default(30),
      'The maximum time for one attempt. Email has longer time limits of its own.',
    ),
    firstRetrySeconds: setting(
      'FIRST_RETRY_SECONDS',
      amount(0.01, 86_400, 10).default(10),
      'The delay before the first retry.',
    ),
    retryFactor: setting(
      'RETRY_FACTOR',
      amount(1, 100, 5).default(5),
      'Multiplies the delay for each further retry, up to one day.',
    ),
    giveUpAfterHours: setting(
      'GIVE_UP_AFTER_HOURS',
      amount(0.001, 8760, 48).default(48),
      'How long to retry after the first attempt. Then the delivery becomes a dead letter.',
    ),
    pauseAfterFailures: setting(
      'PAUSE_AFTER_FAILURES',
      wholeNumber(1, 10_000, 5).default(5),
      'The number of failures in a row after which a destination is paused. A single delivery then tests whether it works again.',
    ),
    firstPauseSeconds: setting(
      'FIRST_PAUSE_SECONDS',
      amount(0.01, 86_400, 30).default(30),
      'The length of the first pause of a failing destination. Each further pause is twice as long.',
    ),
    longestPauseSeconds: setting(
      'LONGEST_PAUSE_SECONDS',
      amount(0.01, 86_400, 900).default(900),
      'The maximum length of a pause.',
    ),
  },
  (written) => ({
    retry: {
      maxAttempts: written.maxAttempts,
      firstRetryMs: milliseconds(written.firstRetrySeconds),
      factor: written.retryFactor,
      giveUpAfterMs: milliseconds(written.giveUpAfterHours * 3600),
    },
    breaker: {
      failures: written.pauseAfterFailures,
      firstPauseMs: milliseconds(written.firstPauseSeconds),
      longestPauseMs: milliseconds(written.longestPauseSeconds),
    },
    attemptTimeoutMs: milliseconds(written.attemptTimeoutSeconds),
  }),
);

export const updates = section({
  quietSeconds: setting(
    'UPDATE_QUIET_SECONDS',
    amount(0, 86_400, 60).default(60),
    'Updates of an experience that arrive in a burst become one message, sent after this many seconds without a further update. 0 sends each update at once.',
  ),
  dropBookkeeping: setting(
    'DROP_BOOKKEEPING_UPDATES',
    flag().default(false),
    'true skips updates that change nothing a person cares about.',
  ),
});

export const alerts = section({
  destination: setting(
    'ALERT_DESTINATION',
    text('Write the name of a destination.').nullable().default(null),
    'The destination that gets an alert when another destination has been failing for a while.',
    'destination',
  ),
  afterMinutes: setting(
    'ALERT_AFTER_MINUTES',
    amount(0, 10_080, 30).default(30),
    'How long a destination must fail before the alert.',
  ),
});
