import type { Bundle, HttpResponse, ZObject } from 'zapier-platform-core';
import { isRecord } from '../shared/events.ts';
import type { ZapierFilter } from '../shared/zapier-filter.ts';
import { type ReceiverConnection, receiverOf } from './connection.ts';
import { PLAIN_REQUEST } from './intelligems.ts';
import { notTheReceiver, receiverRefusal } from './receiver-failures.ts';

/** What a Zap gets from the receiver; see receivers/zapier/subjects.ts. */
export type Subject = 'events' | 'changes' | 'results' | 'milestone' | 'overview' | 'health' | 'verdict';

/** What a Zap subscribes to. */
export interface Wanted {
  subject: Subject;
  filter: ZapierFilter;
  /** The organization of the access token; null if it is not known. */
  organization: string | null;
}

export interface ReceiverStore {
  /** The source's title; null if it has only its name. */
  title: string | null;
  organization: { id: string; name: string | null; store: string | null } | null;
}

/** The team's receiver, which verifies the webhooks and passes them on to Zapier. */
export interface Receiver {
  /** The store that the connection reaches; fails if the receiver does not serve the organization. */
  store(organization: string | null): Promise<ReceiverStore>;
  /** Subscribes a URL of Zapier to events. Gives the subscription's id. */
  subscribe(targetUrl: string, wanted: Wanted, zap: { trigger: string; zap: string | null }): Promise<string>;
  /** Ends a subscription; one that has ended already is fine. */
  unsubscribe(id: string): Promise<void>;
  /** The newest events, newest first, as the trigger gives them. */
  recent(wanted: Wanted, limit: number): Promise<unknown[]>;
}

const TIMEOUT_MS = 10_000;

/** The receiver that the connection names. Throws an error for the person if it names none. */
export function receiver(z: ZObject, bundle: Bundle): Receiver {
  const connection = receiverOf(z, bundle);
  if (connection === null) {
    throw new z.errors.Error(
      'This trigger needs your team’s receiver, and the connection lacks the Receiver URL and the Receiver Key. Ask the person who runs the receiver for both, then reconnect the account under My Apps. Without a receiver, choose “Experience Status Changed” instead.',
      'receiver missing',
      400,
    );
  }
  const call = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
    callReceiver(z, connection, method, path, body);
  return {
    async store(organization) {
      const { data } = await call('GET', `connection?${search({ organization })}`);
      if (!isRecord(data)) {
        throw notTheReceiver(z);
      }
      return readStore(data);
    },
    async subscribe(targetUrl, { subject, filter: { actions, ...filters }, organization }, zap) {
      const { data } = await call('POST', 'hooks', {
        targetUrl,
        subject,
        actions,
        filters,
        organization,
        ...zap,
      });
      if (!isRecord(data) || typeof data.id !== 'string') {
        throw notTheReceiver(z);
      }
      return data.id;
    },
    async unsubscribe(id) {
      await call('DELETE', `hooks/${encodeURIComponent(id)}`);
    },
    async recent({ subject, filter: { actions, ...filters }, organization }, limit) {
      const query = search({ subject, action: actions, ...filters, organization, limit: String(limit) });
      const { data } = await call('GET', `events?${query}`);
      if (!Array.isArray(data)) {
        throw notTheReceiver(z);
      }
      return data;
    },
  };
}

async function callReceiver(
  z: ZObject,
  { url, key }: ReceiverConnection,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<HttpResponse> {
  const response = await z
    .request(`${url}/zapier/${path}`, {
      ...PLAIN_REQUEST,
      method,
      timeout: TIMEOUT_MS,
      headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
      ...(body === undefined ? {} : { json: body }),
    })
    .catch((error: unknown) => {
      const cause = String((error as Error).message)
        .split('\n', 1)[0]
        ?.replaceAll(key, '…');
      throw new z.errors.Error(
        `The receiver could not be reached (${cause}). Check that it runs, and that the Receiver URL in the connection is right.`,
        'receiver unreachable',
        503,
      );
    });
  const { status } = response;
  if ((status >= 200 && status < 300) || (method === 'DELETE' && status === 404)) {
    return response;
  }
  throw receiverRefusal(z, response);
}

/** A query, without what is not known. */
function search(fields: Record<string, string | string[] | null>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of value === null ? [] : [value].flat()) {
      query.append(name, each);
    }
  }
  return query;
}

function readStore({ source, title, organization }: Record<string, unknown>): ReceiverStore {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const id = isRecord(organization) ? text(organization.id) : null;
  return {
    title: title === source ? null : text(title),
    organization:
      isRecord(organization) && id !== null
        ? { id, name: text(organization.name), store: text(organization.store) }
        : null,
  };
}
