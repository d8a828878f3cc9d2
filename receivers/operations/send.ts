import { randomUUID } from 'node:crypto';
import { signWebhook } from '../../shared/verifier.ts';
import { TEST_HEADER, testMark } from '../inbound/test-mark.ts';

const TIMEOUT_MS = 15_000;

/** Where to post webhooks, and how to sign them. */
export interface SigningSender {
  url: string;
  secret: string;
  /** The signature header's name. */
  header: string;
}

/** The receiver's response; or why there was none, in a word or two. */
export type Sent = { ok: boolean; status: number; text: string } | { noAnswer: string };

/** A secret that no receiver has, to see a request refused. */
export function wrongSecret(): string {
  return `not-${randomUUID()}`;
}

/** Posts a signed webhook with a signed mark that says it is a test. */
export async function sendWebhook({ url, secret, header }: SigningSender, body: Buffer): Promise<Sent> {
  const headers = {
    'content-type': 'application/json',
    [header]: signWebhook(body, secret),
    [TEST_HEADER]: testMark(body, secret),
  };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (error) {
    return { noAnswer: noAnswerReason(error) };
  }
}

/** Why a request of `fetch` got no answer, in a word or two: the system's code of its cause, or its cause's words. */
export function noAnswerReason(error: unknown): string {
  const { code, cause, name } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const reason = cause?.code ?? code ?? cause?.message ?? name ?? 'unknown';
  return reason === 'TimeoutError' ? 'timeout' : reason;
}
