import type { SettingName } from '../../contract/destination.ts';

/** What follows from an error that Google answered. */
export type Kind =
  /** Nothing was written; the same may work later. */
  | 'unavailable'
  /** The write may have arrived. */
  | 'uncertain'
  | 'rate limited'
  /** This machine's clock is wrong. */
  | 'clock'
  /** Google no longer accepts the access token. */
  | 'token'
  /** The spreadsheet has changed since it was read for the write. */
  | 'stale'
  /** Google refuses something in the batch. */
  | 'refused'
  /** A person has to do something. */
  | 'dead';

/** What an explanation needs to know. */
export interface Context {
  /** The service account's address. */
  email: string;
  setting: SettingName;
  status: number;
  /** Google's own words, without a full stop at the end; empty if there are none. */
  words: string;
  /** The address at which an API is turned on, if Google names it. */
  activationUrl: string | null;
}

/** An explanation of a failure, and what follows from it. */
export interface Answer {
  kind: Kind;
  reason(context: Context): string;
}

const QUOTA: Answer = {
  kind: 'rate limited',
  reason: () => 'Google’s limit of calls per minute is reached. It is lifted within a minute.',
};

const DAILY_QUOTA: Answer = {
  kind: 'rate limited',
  reason: () => 'Google’s limit of calls is reached. Rows are written when it is lifted.',
};

const NOT_A_SPREADSHEET: Answer = {
  kind: 'dead',
  reason: ({ setting }) =>
    `The file is not a Google spreadsheet; it is probably an Excel file in Drive. Open it, choose File, Save as Google Sheets, and set ${setting('spreadsheetId')} to the address of the new spreadsheet.`,
};

const API_OFF: Answer = {
  kind: 'dead',
  reason: ({ activationUrl }) =>
    `The Google Sheets API is turned off in the service account’s project. Open ${activationUrl ?? 'https://console.cloud.google.com/apis/library/sheets.googleapis.com'}, choose Enable, wait a few minutes, then replay.`,
};

const NOT_SHARED: Answer = {
  kind: 'dead',
  reason: ({ email }) =>
    `The service account may not write to the spreadsheet. Open it, choose Share, and add ${email} as an editor.`,
};

const NO_SPREADSHEET: Answer = {
  kind: 'dead',
  reason: ({ setting }) =>
    `There is no spreadsheet with this ID. Copy its address from the browser into ${setting('spreadsheetId')}, and check that it is not in the trash.`,
};

const TOKEN_REFUSED: Answer = {
  kind: 'token',
  reason: () => 'Google no longer accepts the access token that it gave out.',
};

const BUSY: Answer = {
  kind: 'unavailable',
  reason: ({ status, words }) => `Google answered ${status}${words === '' ? '' : `: ${words}`}.`,
};

const REFUSED: Answer = {
  kind: 'refused',
  reason: ({ status, words }) => `Google refused the row (${status}): ${words || 'without a reason'}.`,
};

/**
 * Google's answers by code, then by status: the reason in the error's details, the older reason, the canonical status,
 * the number. https://cloud.google.com/apis/design/errors#error_info,
 * https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto
 */
const ANSWERS: Readonly<Record<string, Answer>> = {
  SERVICE_DISABLED: API_OFF,
  accessNotConfigured: API_OFF,
  RATE_LIMIT_EXCEEDED: QUOTA,
  RESOURCE_EXHAUSTED: QUOTA,
  rateLimitExceeded: QUOTA,
  userRateLimitExceeded: QUOTA,
  // The older reasons come with 403: https://developers.google.com/workspace/drive/api/guides/handle-errors
  dailyLimitExceeded: DAILY_QUOTA,
  quotaExceeded: DAILY_QUOTA,
  storageQuotaExceeded: {
    kind: 'dead',
    reason: () =>
      'The Google storage of the spreadsheet’s owner is full. The owner can delete files or get more storage.',
  },
  BILLING_DISABLED: {
    kind: 'dead',
    reason: () => 'Billing is turned off in the service account’s Google Cloud project. Turn it on there.',
  },
  CONSUMER_SUSPENDED: {
    kind: 'dead',
    reason: () => 'Google suspended the service account’s project. The Google Cloud console says why.',
  },
  CONSUMER_INVALID: {
    kind: 'dead',
    reason: ({ setting }) =>
      `The service account’s project no longer exists. Create a service account in another project and set ${setting('serviceAccountKey')} to its key.`,
  },
  SECURITY_POLICY_VIOLATED: {
    kind: 'dead',
    reason: () =>
      'A security policy of your Google organization forbids the call. Its administrator can allow it.',
  },
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: TOKEN_REFUSED,
  // Answered for an Excel file in Drive: https://github.com/theoephraim/node-google-spreadsheet/issues/651
  FAILED_PRECONDITION: NOT_A_SPREADSHEET,
  UNAUTHENTICATED: TOKEN_REFUSED,
  PERMISSION_DENIED: NOT_SHARED,
  NOT_FOUND: NO_SPREADSHEET,
  ABORTED: { ...BUSY, kind: 'uncertain' },
  401: TOKEN_REFUSED,
  403: NOT_SHARED,
  404: NO_SPREADSHEET,
  408: { ...BUSY, kind: 'uncertain' },
  429: QUOTA,
  '4xx': REFUSED,
  '5xx': { ...BUSY, kind: 'uncertain' },
};

/** What INVALID_ARGUMENT is about is only in Google's words. */
export const WORDED_ANSWERS: readonly [RegExp, Answer][] = [
  // https://github.com/theoephraim/node-google-spreadsheet/pull/20; some are answered with 403.
  [
    /protected (?:cell|range|sheet)/i,
    {
      kind: 'refused',
      reason: ({ email }) =>
        `A protected sheet or range in the spreadsheet forbids the row. Open Data, Protect sheets and ranges, and allow ${email}.`,
    },
  ],
  [
    /number of cells|limit of \d+ cells|above the limit/i,
    {
      kind: 'dead',
      reason: ({ setting }) =>
        `The spreadsheet is full: Google allows 10 million cells, empty ones included. Delete empty rows and columns, or set ${setting('spreadsheetId')} to a new one, then replay.`,
    },
  ],
  // A tab was renamed, deleted or cut since it was read, or another process wrote at the same moment.
  [
    /unable to parse range|exceeds grid limits|beyond the last requested|no grid with id|already exists|no developer metadata/i,
    {
      kind: 'stale',
      reason: ({ words }) => `The spreadsheet changed while the row was written (${words}).`,
    },
  ],
  [/has not been used in project|API .*is disabled/i, API_OFF],
  [/must not be an office file|not supported for this document/i, NOT_A_SPREADSHEET],
];

const KEY_REFUSED = 'Google does not accept the service account’s key';

/** Errors of the token endpoint, by error and description. https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export const TOKEN_ANSWERS: readonly [RegExp, Answer][] = [
  // https://github.com/googleapis/google-api-php-client/issues/1429
  [
    /short-lived token|reasonable timeframe|\b(?:iat|exp)\b/i,
    {
      kind: 'clock',
      reason: () => `${KEY_REFUSED} because this machine’s clock is wrong. Turn on its time synchronization.`,
    },
  ],
  // https://github.com/googleapis/google-api-ruby-client/issues/720
  [
    /robot is disabled|account (?:has been|is) disabled|account not found|deleted_client|disabled_client/i,
    {
      kind: 'dead',
      reason: ({ email }) =>
        `The service account ${email} is disabled or deleted. Enable it in the Google Cloud console under IAM & Admin, Service Accounts, or use another one.`,
    },
  ],
  [
    /rate.?limit|quota/i,
    { kind: 'rate limited', reason: () => 'Google gives out no more access tokens for the moment.' },
  ],
  [
    /./s,
    {
      kind: 'dead',
      reason: ({ words, setting }) =>
        `${KEY_REFUSED} (${words}): it was probably deleted. Create a new JSON key and set ${setting('serviceAccountKey')} to it.`,
    },
  ],
];

/** The explanation for the first of the codes that has one, or else for the status. */
export function answerFor(codes: readonly string[], status: number): Answer {
  for (const code of [...codes, String(status), `${Math.floor(status / 100)}xx`]) {
    const answer = Object.hasOwn(ANSWERS, code) ? ANSWERS[code] : undefined;
    if (answer !== undefined) {
      return answer;
    }
  }
  return REFUSED;
}
