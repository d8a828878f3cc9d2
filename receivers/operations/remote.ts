import { queryString } from '../console/api/event-query.ts';
import type { Preview } from '../contract/destination.ts';
import type { EventFilter } from '../contract/ledger-reader.ts';
import type { Operations } from './operations.ts';

/** What a receiver's API answered in place of what was asked for, and what to do about it. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer that does not come within this time counts as none, milliseconds. */
const TIMEOUT_MS = 60_000;

/**
 * The operations of a running receiver, through its API. They reject with a {@link RemoteError} where it
 * refuses, and with what `fetch` rejects with where it does not answer.
 *
 * @param url where the receiver is, without a path
 * @param token one of the console's tokens
 */
export function connectOperations(url: string, token: string): Operations {
  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url.replace(/\/+$/, '')}/console/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
    if (!isJson) {
      throw new RemoteError(
        response.status,
        `${url} answered ${response.status}, but not as a receiver does.`,
      );
    }
    const answered = JSON.parse(text);
    if (!response.ok) {
      throw new RemoteError(response.status, `${answered.title}. ${answered.detail}`);
    }
    return answered;
  }

  async function orNull<Answer>(asked: Promise<unknown>): Promise<Answer | null> {
    try {
      return (await asked) as Answer;
    } catch (error) {
      if (error instanceof RemoteError && error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  const path = encodeURIComponent;

  async function replay(key: string, destinations: readonly string[], dryRun: boolean) {
    const answered = await orNull<{ steps: Awaited<ReturnType<Operations['replay']>> }>(
      call('POST', `/events/${path(key)}/replay`, { destinations, dryRun }),
    );
    return answered?.steps ?? null;
  }

  return {
    async events(filter) {
      const answered = await call('GET', `/events${queryString(queryOf(filter))}`);
      return (answered as { events: Awaited<ReturnType<Operations['events']>> }).events;
    },
    event: (key) => orNull(call('GET', `/events/${path(key)}`)),
    planReplay: (key, destinations) => replay(key, destinations, true),
    replay: (key, destinations) => replay(key, destinations, false),
    async deadLetters({ ids = [], ...selection }) {
      const answered = await call('GET', `/dead-letters${queryString({ ...selection, id: ids[0] })}`);
      return answered as Awaited<ReturnType<Operations['deadLetters']>>;
    },
    async replayDeadLetters(selection) {
      return ((await call('POST', '/dead-letters/replay', selection)) as { count: number }).count;
    },
    async dismissDeadLetters(selection) {
      return ((await call('POST', '/dead-letters/dismiss', selection)) as { count: number }).count;
    },
    async exportPage(afterSequence, limit) {
      const answered = await call('GET', `/export${queryString({ after: afterSequence, limit })}`);
      return (answered as { events: Awaited<ReturnType<Operations['exportPage']>> }).events;
    },
    preview: (key, destination) =>
      orNull<Preview>(call('GET', `/events/${path(key)}/preview/${path(destination)}`)),
    async destinations() {
      const answered = await call('GET', '/destinations');
      return (answered as { destinations: Awaited<ReturnType<Operations['destinations']>> }).destinations;
    },
    async sendTest(source, destination) {
      const answered = await call('POST', '/test', { source, ...(destination !== null && { destination }) });
      return (answered as { key: string }).key;
    },
    async resume(destination) {
      await call('POST', `/destinations/${path(destination)}/resume`);
    },
  };
}

/** The query by which the API knows a filter. */
function queryOf(filter: EventFilter): Record<string, unknown> {
  const { experienceId, receivedFrom, receivedTo, beforeSequence, ...same } = filter;
  return {
    ...same,
    experience: experienceId,
    from: receivedFrom === undefined ? undefined : new Date(receivedFrom).toISOString(),
    to: receivedTo === undefined ? undefined : new Date(receivedTo).toISOString(),
    before: beforeSequence,
  };
}
