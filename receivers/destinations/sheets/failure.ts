import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';

/** What went wrong in a call of the Google API, in words, and what follows from it. */
export interface Failure {
  kind:
    | 'rate limited'
    | 'unreachable'
    | 'uncertain'
    | 'no access'
    | 'no spreadsheet'
    | 'bad key'
    | 'token refused'
    | 'invalid'
    | 'unavailable';
  reason: string;
  /** The first 1,024 characters of the other side's answer. */
  answer: string;
  /** From Retry-After, milliseconds. */
  delayMs: number | null;
}

interface Thrown {
  message?: string;
  code?: unknown;
  cause?: { code?: unknown; name?: string };
  response?: { status?: number; data?: unknown; headers?: { get?(name: string): string | null } };
  config?: { url?: URL | string };
}

const ANSWER_CHARACTERS = 1_024;

/** Errors of a connection that never came about: nothing can have arrived. */
const NEVER_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
];

/** Whether a thrown value comes from the Google client, a key or a stop, and not from a fault in the program. */
export function isFailure(thrown: unknown): boolean {
  const { config, name, code } = Object(thrown) as { config?: unknown; name?: unknown; code?: unknown };
  return config !== undefined || name === 'AbortError' || isKeyError(code);
}

function isKeyError(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('ERR_OSSL');
}

/**
 * Reads what the Google client threw.
 * Statuses: https://cloud.google.com/apis/design/errors#handling_errors
 *
 * @param call what was under way: a call that only reads, or one that writes
 * @param email the service account's address, for the advice
 */
export function readFailure(
  thrown: unknown,
  call: 'read' | 'write',
  email: string,
  setting: SettingName,
): Failure {
  const error = thrown as Thrown;
  const status = error.response?.status;
  const answer = answerText(error.response?.data);
  const told = toldMessage(error.response?.data);
  const delayMs = retryAfter(error.response?.headers?.get?.('retry-after') ?? null);
  const failure = (kind: Failure['kind'], reason: string): Failure => ({ kind, reason, answer, delayMs });
  if (isTokenCall(error)) {
    return tokenFailure(error, failure, setting);
  }
  if (status === undefined) {
    return connectionFailure(error, call, failure);
  }
  if (status === 429) {
    return failure(
      'rate limited',
      'Google’s quota of calls a minute is used up; it is filled again each minute.',
    );
  }
  if (status === 403 && /has not been used|is disabled|SERVICE_DISABLED/.test(answer)) {
    return failure(
      'no access',
      'The Google Sheets API is switched off for the service account’s project: open ' +
        'https://console.cloud.google.com/apis/library/sheets.googleapis.com, choose the project, press Enable.',
    );
  }
  if (status === 401) {
    return failure(
      'token refused',
      'Google does not accept the access token that it gave out itself: try again later.',
    );
  }
  if (status === 403) {
    return failure(
      'no access',
      `The service account may not write to the spreadsheet: share it with ${email} as an editor (Share, add people).`,
    );
  }
  if (status === 404) {
    return failure(
      'no spreadsheet',
      `There is no spreadsheet of this ID: copy its address from the browser into ${setting('spreadsheetId')}, and see that it has not been deleted.`,
    );
  }
  if (status === 408 || status >= 500) {
    const reason = `Google answered ${status}${told === '' ? '' : `: ${told}`}.`;
    return failure(call === 'write' ? 'uncertain' : 'unavailable', reason);
  }
  return failure('invalid', invalidReason(status, told, setting));
}

function tokenFailure(
  error: Thrown,
  failure: (kind: Failure['kind'], reason: string) => Failure,
  setting: SettingName,
): Failure {
  const status = error.response?.status;
  if (status === undefined) {
    return connectionFailure(error, 'read', failure);
  }
  if (status === 429) {
    return failure('rate limited', 'Google gives out no more access tokens for the moment.');
  }
  if (status >= 500) {
    return failure('unavailable', `Google’s token service answered ${status}.`);
  }
  return failure(
    'bad key',
    'Google does not accept the service account’s key: it may have been deleted, or this machine’s clock is ' +
      `wrong. Make a new JSON key for the account and set ${setting('serviceAccountKey')} to it.`,
  );
}

function connectionFailure(
  error: Thrown,
  call: 'read' | 'write',
  failure: (kind: Failure['kind'], reason: string) => Failure,
): Failure {
  const code = String(error.code ?? error.cause?.code ?? error.cause?.name ?? 'no answer');
  if (isKeyError(code)) {
    return failure(
      'bad key',
      'The service account’s private key cannot be read: make a new JSON key for the account.',
    );
  }
  const reason = CONNECTION_WORDS[code] ?? `Google could not be reached (${code}).`;
  return failure(call === 'read' || NEVER_CONNECTED.includes(code) ? 'unreachable' : 'uncertain', reason);
}

const CONNECTION_WORDS: Readonly<Record<string, string>> = {
  AbortError: 'The receiver was stopped before Google answered.',
  ECONNRESET: 'The connection to Google broke before the answer.',
  TimeoutError: 'Google did not answer in time.',
};

function isTokenCall({ config }: Thrown): boolean {
  return config?.url !== undefined && new URL(config.url).pathname === '/token';
}

function invalidReason(status: number, told: string, setting: SettingName): string {
  if (/protected cell/i.test(told)) {
    return 'A protection in the spreadsheet forbids the row: allow the service account in Data, Protect sheets and ranges.';
  }
  if (/number of cells|above the limit/i.test(told)) {
    return `The spreadsheet is full (10 million cells): set ${setting('spreadsheetId')} to a new one, then replay.`;
  }
  return `Google refused the row (${status}): ${told || 'without a reason'}.`;
}

function toldMessage(data: unknown): string {
  const { error } = Object(data) as { error?: { message?: unknown } };
  return typeof error?.message === 'string' ? error.message.slice(0, 300).replace(/\.+$/, '') : '';
}

function answerText(data: unknown): string {
  const text = typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data);
  return text.slice(0, ANSWER_CHARACTERS);
}

function retryAfter(header: string | null): number | null {
  const seconds = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

/** The quota is filled again each minute; asking three times in it costs little. */
const QUOTA_DELAY_MS = 20_000;

/** The outcome of a delivery that met this failure. */
export function failureOutcome({ kind, reason, answer, delayMs }: Failure): Outcome {
  const told = answer === '' ? {} : { answer };
  const delay = delayMs === null ? {} : { delayMs };
  switch (kind) {
    case 'rate limited':
      return { type: 'retry', reason, ...told, rateLimited: true, delayMs: delayMs ?? QUOTA_DELAY_MS };
    case 'uncertain':
      return {
        type: 'retry',
        reason: `${reason} The row may be there all the same.`,
        ...told,
        ...delay,
        uncertain: true,
      };
    case 'unreachable':
    case 'unavailable':
      return { type: 'retry', reason, ...told, ...delay };
    default:
      return { type: 'dead', reason, ...told };
  }
}
