import type { Bundle, HttpResponse, ZObject } from 'zapier-platform-core';
import { isRecord } from '../shared/events.ts';
import type { ZapierFilter } from '../shared/zapier-filter.ts';
import { connectionOf } from './connection.ts';
import { PLAIN_REQUEST } from './intelligems.ts';

/** The receiver of the team, which verifies the webhooks and passes them on to Zapier. */
export interface Receiver {
  /** Has events sent to a URL of Zapier's. Gives the subscription's id. */
  subscribe(targetUrl: string, filter: ZapierFilter): Promise<string>;
  /** Ends a subscription; one that is gone already is fine. */
  unsubscribe(id: string): Promise<void>;
  /**
   * The newest events, newest first, as every trigger gives them. They pass the filter, but for those of an
   * older receiver, which knows of the actions only.
   */
  recentEvents(filter: ZapierFilter, limit: number): Promise<unknown[]>;
}

const TIMEOUT_MS = 10_000;

/**
 * The receiver that the connection names. Throws an error for the person where the connection names none,
 * or none that is safe to talk to.
 */
export function receiver(z: ZObject, bundle: Bundle): Receiver {
  const { receiverUrl, receiverKey } = connectionOf(bundle);
  if (receiverUrl === null || receiverKey === null) {
    const missing = [
      receiverUrl === null ? 'the Receiver URL' : null,
      receiverKey === null ? 'the Receiver Key' : null,
    ].filter((each) => each !== null);
    throw new z.errors.Error(
      `This trigger needs your team's receiver, and the connection lacks ${missing.join(' and ')}. Ask whoever runs the receiver for its address and for the value of its setting ZAPIER_API_KEY, then reconnect the account under My Apps. Without a receiver, choose “Experience Status Changed” instead.`,
      'receiver missing',
      400,
    );
  }
  if (!isSafe(receiverUrl)) {
    throw new z.errors.Error(
      'The Receiver URL is not an address that starts with https://. Correct it in the connection, under My Apps.',
      'receiver address',
      400,
    );
  }

  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<HttpResponse> {
    const response = await z
      .request(`${receiverUrl}/zapier/${path}`, {
        ...PLAIN_REQUEST,
        method,
        timeout: TIMEOUT_MS,
        headers: { authorization: `Bearer ${receiverKey}`, accept: 'application/json' },
        ...(body === undefined ? {} : { json: body }),
      })
      .catch((error: unknown) => {
        const cause = String((error as Error).message).split('\n', 1)[0];
        throw new z.errors.Error(
          `The receiver could not be reached (${cause}). See that it runs, and that the Receiver URL in the connection is right.`,
          'receiver unreachable',
          503,
        );
      });
    if (response.status >= 200 && response.status < 300) {
      return response;
    }
    if (method === 'DELETE' && response.status === 404) {
      return response;
    }
    throw refusal(z, response);
  }

  return {
    async subscribe(targetUrl, { actions, ...filters }) {
      const { data } = await call('POST', 'hooks', { targetUrl, actions, filters });
      if (!isRecord(data) || typeof data.id !== 'string') {
        throw foreign(z);
      }
      return data.id;
    },
    async unsubscribe(id) {
      await call('DELETE', `hooks/${encodeURIComponent(id)}`);
    },
    async recentEvents(filter, limit) {
      const search = new URLSearchParams({ limit: String(limit) });
      for (const action of filter.actions) {
        search.append('action', action);
      }
      for (const name of ['experienceType', 'category', 'nameContains', 'experienceId'] as const) {
        if (filter[name] !== null) {
          search.set(name, filter[name]);
        }
      }
      const { data } = await call('GET', `events?${search}`);
      if (!Array.isArray(data)) {
        throw foreign(z);
      }
      return data;
    },
  };
}

/** Encrypted, or on the machine itself. */
function isSafe(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.protocol === 'https:' || ['localhost', '127.0.0.1'].includes(url.hostname));
}

function foreign(z: ZObject): Error {
  return new z.errors.Error(
    'What answers at the Receiver URL is not the receiver. Correct the address in the connection, under My Apps.',
    'not the receiver',
    502,
  );
}

/**
 * A refusal of the receiver's, in the words of its problem document (RFC 9457), or of what stands before it,
 * which knows of no such document.
 */
function refusal(z: ZObject, response: HttpResponse): Error {
  const { status, data } = response;
  const told = isRecord(data)
    ? [data.title, data.detail].filter((each) => typeof each === 'string').join(': ')
    : '';
  const reason = told === '' ? `status ${status}` : told.replace(/\.$/, '');
  if (status >= 300 && status < 400) {
    return new z.errors.Error(redirection(response), 'receiver moved', status);
  }
  if (status === 401) {
    return new z.errors.ExpiredAuthError(
      `The receiver does not accept the Receiver Key (${reason}). It must equal the receiver's setting ZAPIER_API_KEY.`,
    );
  }
  if (status === 403 && told === '') {
    return new z.errors.Error(
      'Something before the receiver keeps Zapier away from it (status 403): a proxy or a firewall. Ask whoever runs the receiver to let requests to its path /zapier/ pass.',
      'receiver blocked',
      status,
    );
  }
  if (status >= 500) {
    return new z.errors.Error(
      `The receiver failed (${reason}). See that it runs, and that a proxy before it reaches it.`,
      'receiver failed',
      status,
    );
  }
  if (status === 429) {
    const seconds = Number(response.getHeader('retry-after'));
    return new z.errors.ThrottledError('The receiver asks to wait.', seconds > 0 ? seconds : undefined);
  }
  if (status === 404) {
    return new z.errors.Error(
      `The receiver offers nothing to Zapier (${reason}). Its setting ZAPIER_API_KEY must be set, and the Receiver URL must be its address without a path.`,
      'receiver refused',
      status,
    );
  }
  return new z.errors.Error(`The receiver refused: ${reason}.`, 'receiver refused', status);
}

/** Where the Receiver URL leads on to, and what to enter instead; without the query, which may hold secrets. */
function redirection({ status, request, getHeader }: HttpResponse): string {
  const asked = request.url ?? '';
  const location = getHeader('location');
  const target = location ? URL.parse(location, asked) : null;
  const root = /^(.+?)\/zapier\/(?:hooks|events)/.exec(target?.href ?? '')?.[1];
  if (root !== undefined && isSafe(root) && !asked.startsWith(`${root}/zapier/`)) {
    return `The Receiver URL leads on to ${root}. Enter that as the Receiver URL in the connection, under My Apps (status ${status}).`;
  }
  const shown = target === null ? 'an address that is not named' : `${target.origin}${target.pathname}`;
  return `The Receiver URL leads on to ${shown} (status ${status}), as a proxy with a page to sign in does. Enter the address with https:// at which the receiver itself answers, in the connection, under My Apps.`;
}
