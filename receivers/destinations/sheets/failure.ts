import { isRecord } from '../../../shared/events.ts';
import { httpDate, retryAfterMs } from '../../../shared/retry-after.ts';
import { durationWords } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { failureOf } from '../../outgoing/exchange.ts';
import { readableBody } from '../../outgoing/readable.ts';
import { type Answer, answerFor, type Context, type Kind, TOKEN_ANSWERS, WORDED_ANSWERS } from './answers.ts';

/** What went wrong in a call of the Google API, in words, and what follows from it. */
export interface Failure {
  kind: Kind;
  reason: string;
  /** Google's answer as people can read it: at most 1,024 characters. */
  answer: string;
  /** From Retry-After, milliseconds; null if Google named no time. */
  delayMs: number | null;
}

/** What a failed call was for. */
export type Call = 'token' | 'read' | 'write';

interface Thrown {
  config?: { url?: unknown };
  response?: { status?: number; data?: unknown; headers?: Headers };
  name?: string;
}

/** Whether a thrown value comes from the Google client, the network or a stop, and not from a fault in the program. */
export function isFailure(thrown: unknown): boolean {
  const { config, name } = Object(thrown) as Thrown;
  return failureOf(thrown) !== null || config !== undefined || name === 'AbortError';
}

/**
 * Reads what the Google client threw.
 *
 * @param call what was in progress; the client also gets tokens by itself, which the address shows
 * @param email the service account's address, for the advice
 */
export function readFailure(thrown: unknown, call: Call, email: string, setting: SettingName): Failure {
  const { response, config } = Object(thrown) as Thrown;
  const actual = isTokenUrl(config?.url) ? 'token' : call;
  if (response?.status === undefined) {
    return networkFailure(thrown, actual);
  }
  const { status, data, headers } = response;
  const header = (name: string): string | null => headers?.get(name) ?? null;
  const text = typeof data === 'string' ? data : data === undefined ? '' : JSON.stringify(data);
  const contentType = header('content-type') ?? '';
  const answer = readableBody({ text, headers: { 'content-type': contentType } });
  const { words, codes, activationUrl } = readError(data, answer);
  const context: Context = { email, setting, status, words, activationUrl };
  const found = actual === 'token' ? tokenAnswer(status, words) : apiAnswer(codes, status, words);
  const kind = found.kind === 'uncertain' && actual !== 'write' ? 'unavailable' : found.kind;
  return {
    kind,
    reason: kind === 'clock' ? clockWords(header('date')) : found.reason(context),
    answer,
    delayMs: retryAfterMs(header('retry-after'), header('date'), Date.now()),
  };
}

function isTokenUrl(url: unknown): boolean {
  return url != null && URL.canParse(String(url)) && new URL(String(url)).pathname === '/token';
}

function networkFailure(thrown: unknown, call: Call): Failure {
  const failure = failureOf(thrown);
  const reason = failure?.reason ?? 'The request to Google was stopped before an answer came.';
  if (failure?.kind === 'redirect') {
    return { kind: 'dead', reason, answer: '', delayMs: null };
  }
  const mayHaveArrived = call === 'write' && failure?.mayHaveArrived === true;
  return { kind: mayHaveArrived ? 'uncertain' : 'unavailable', reason, answer: '', delayMs: null };
}

/** Google's error as it is in the body: of the API, or of the token endpoint. */
function readError(
  data: unknown,
  answer: string,
): { words: string; codes: string[]; activationUrl: string | null } {
  const body = isRecord(data) ? data : {};
  if (typeof body.error === 'string') {
    const words = [body.error, body.error_description].filter((each) => typeof each === 'string').join(': ');
    return { words: cleanWords(words), codes: [body.error], activationUrl: null };
  }
  const error = isRecord(body.error) ? body.error : {};
  const details = [error.details, error.errors].flatMap((each) => (Array.isArray(each) ? each : []));
  const records = details.filter(isRecord);
  const codes = [...records.map(({ reason }) => reason), error.status].filter(
    (each) => typeof each === 'string',
  );
  const urls = records.map(({ metadata }) => (isRecord(metadata) ? metadata.activationUrl : undefined));
  const words = typeof error.message === 'string' ? error.message : answer;
  return {
    words: cleanWords(words),
    codes,
    activationUrl:
      (urls.find((each) => typeof each === 'string' && each.startsWith('https://')) as string) ??
      urlIn(words),
  };
}

/** “Enable it by visiting https://console.developers.google.com/…?project=1 then retry.” */
function urlIn(words: string): string | null {
  return /https:\/\/console\.(?:developers|cloud)\.google\.com\/\S+/.exec(words)?.[0] ?? null;
}

function cleanWords(words: string): string {
  return words.slice(0, 300).replace(/[.\s]+$/, '');
}

function apiAnswer(codes: readonly string[], status: number, words: string): Answer {
  const worded = status < 500 ? WORDED_ANSWERS.find(([pattern]) => pattern.test(words)) : undefined;
  return worded?.[1] ?? answerFor(codes, status);
}

function tokenAnswer(status: number, words: string): Answer {
  if (status === 429 || status === 408 || status >= 500) {
    const kind = status === 429 ? 'rate limited' : 'unavailable';
    return { kind, reason: () => `Google’s token service answered ${status}.` };
  }
  return TOKEN_ANSWERS.find(([pattern]) => pattern.test(words))?.[1] ?? answerFor([], 400);
}

/** How far this machine's clock is off, by the Date header of Google's answer. */
function clockWords(date: string | null): string {
  const theirs = httpDate(date ?? '');
  const ahead = theirs === null ? 0 : Date.now() - theirs;
  const by =
    Math.abs(ahead) < 60_000 ? 'wrong' : `${durationWords(Math.abs(ahead))} ${ahead > 0 ? 'fast' : 'slow'}`;
  return `This machine’s clock is ${by}, so Google refuses the sign-in. Turn on time synchronization (NTP); rows are written once the clock is right.`;
}

/** The limit is lifted each minute; asking three times in it costs little. */
const QUOTA_DELAY_MS = 20_000;

/** A wrong clock is set by a person, or by the host a while after it started. */
const CLOCK_DELAY_MS = 60_000;

/** The outcome of a delivery that met this failure. */
export function failureOutcome({ kind, reason, answer, delayMs }: Failure): Outcome {
  const details = answer === '' ? {} : { answer };
  const delay = delayMs === null ? {} : { delayMs };
  switch (kind) {
    case 'rate limited':
      return { type: 'retry', reason, ...details, rateLimited: true, delayMs: delayMs ?? QUOTA_DELAY_MS };
    case 'uncertain':
      return {
        type: 'retry',
        reason: `${reason} The row may have been written.`,
        ...details,
        ...delay,
        uncertain: true,
      };
    case 'clock':
      return { type: 'retry', reason, ...details, ownFault: true, delayMs: CLOCK_DELAY_MS };
    case 'unavailable':
    case 'stale':
    case 'token':
      return { type: 'retry', reason, ...details, ...delay };
    default:
      return { type: 'dead', reason, ...details };
  }
}
