import type { HttpResponse, ZObject } from 'zapier-platform-core';
import { isRecord } from '../shared/events.ts';
import { retryAfterMs } from '../shared/retry-after.ts';
import { isSafe } from './connection.ts';

/** The error for a response that the receiver does not give. */
export function notTheReceiver(z: ZObject): Error {
  return new z.errors.Error(
    'What answers at the Receiver URL is not the receiver. Correct the address in the connection, under My Apps.',
    'not the receiver',
    502,
  );
}

/** What the receiver says about a failure, from its problem document (RFC 9457); null if a proxy answered. */
function ownWords({ data, getHeader }: HttpResponse): string | null {
  const isProblem = /^application\/problem\+json/i.test(getHeader('content-type') ?? '');
  if (!isProblem || !isRecord(data)) {
    return null;
  }
  const words = [data.title, data.detail].filter((each) => typeof each === 'string').join(': ');
  return words === '' ? null : words.replace(/\.$/, '');
}

/**
 * The error for a refusal, which depends on who refused: the receiver, or a proxy or firewall in front of it. Only the
 * receiver's own 401 asks the person to reconnect, because Zapier then turns the Zap off.
 */
export function receiverRefusal(z: ZObject, response: HttpResponse): Error {
  const { status } = response;
  const words = ownWords(response);
  const failed = (message: string, code: string) => new z.errors.Error(message, code, status);
  if (status >= 300 && status < 400) {
    return failed(redirection(response), 'receiver moved');
  }
  if (status === 401 && words !== null) {
    return new z.errors.ExpiredAuthError(
      `The receiver does not accept the Receiver Key (${words}). Reconnect with a valid key: the person who runs the receiver makes one (npm run zapier-keys) or knows its setting ZAPIER_API_KEY.`,
    );
  }
  if ((status === 401 || status === 403) && words === null) {
    return failed(
      `Something in front of the receiver keeps Zapier away from it (status ${status}): a proxy or a firewall. Ask the person who runs the receiver to let requests to its path /zapier/ through.`,
      'receiver blocked',
    );
  }
  if (status >= 500) {
    return failed(
      `The receiver failed (${words ?? `status ${status}`}). Check that it runs, and that the proxy in front of it reaches it.`,
      'receiver failed',
    );
  }
  if (status === 429) {
    const { headers } = response;
    const delayMs = retryAfterMs(headers.get('retry-after'), headers.get('date'), Date.now());
    return new z.errors.ThrottledError(
      'The receiver is limiting requests. Zapier tries again.',
      delayMs === null ? undefined : Math.ceil(delayMs / 1000),
    );
  }
  if (status === 404) {
    return failed(
      `The receiver offers nothing to Zapier (${words ?? `status ${status}`}). It needs a key for Zapier: ZAPIER_API_KEY must be set, or a key made with npm run zapier-keys. The Receiver URL must be the receiver’s address without a path.`,
      'receiver refused',
    );
  }
  return failed(`The receiver refused: ${words ?? `status ${status}`}.`, 'receiver refused');
}

/** Where the Receiver URL redirects to, and what to enter instead; without the query, which may hold secrets. */
function redirection({ status, request, getHeader }: HttpResponse): string {
  const asked = request.url ?? '';
  const location = getHeader('location');
  const target = location ? URL.parse(location, asked) : null;
  const root = /^(.+?)\/zapier\/(?:hooks|events|connection)/.exec(target?.href ?? '')?.[1];
  if (root !== undefined && target !== null && isSafe(target) && !asked.startsWith(`${root}/zapier/`)) {
    return `The Receiver URL redirects to ${root}. Enter that as the Receiver URL in the connection, under My Apps (status ${status}).`;
  }
  const shown = target === null ? 'an address that is not named' : `${target.origin}${target.pathname}`;
  return `The Receiver URL redirects to ${shown} (status ${status}), as a proxy with a sign-in page does. Enter the address with https:// at which the receiver itself answers, in the connection, under My Apps.`;
}
