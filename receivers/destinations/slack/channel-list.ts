import type { Call } from './client.ts';
import type { Failure } from './failure.ts';

/** What the list of channels says about a name. */
export type Listed =
  | { state: 'found'; id: string }
  /** Only an archived channel has the name. */
  | { state: 'archived' }
  /** The whole list was read: the app does not see the channel. */
  | { state: 'absent' }
  /** Not all of the list could be read. */
  | { state: 'unknown'; why: string }
  | { state: 'failed'; failure: Failure };

interface Channel {
  id?: string;
  name?: string;
  is_archived?: boolean;
}

interface ChannelPage {
  channels?: Channel[];
  response_metadata?: { next_cursor?: string };
}

/** The list as far as it has been read. */
interface Reading {
  /** By `performance.now()`. */
  startedAt: number;
  cursor: string;
  pages: number;
  /** The channels of a name, or null if there are only archived ones. */
  ids: Map<string, string | null>;
  /** The token may not list private channels. */
  publicOnly: boolean;
}

/** Slack advises fewer, but allows about 20 of these calls a minute, and pages may be shorter. */
const PAGE_SIZE = 999;

/** How many pages are read at most: of a workspace with some 40,000 channels. */
const PAGES = 40;

/** For how long a list that was read in part is continued, and a long one that lacks a name is trusted, in milliseconds. */
const KEPT_MS = 10 * 60_000;

/**
 * Finds channels by name in `conversations.list`. A rate limit halfway does not start it over: the next search
 * continues where the last one stopped.
 * https://github.com/slackapi/python-slack-sdk/issues/1494
 */
export class ChannelList {
  #reading: Reading | null = null;
  #absent = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Looks up a channel by name, without `#`. One search at a time.
   *
   * @param denied the ID of a channel that no longer has the name
   */
  find(call: Call, name: string, denied: string | null = null): Promise<Listed> {
    const search = this.#turn.then(() => this.#find(call, name, denied));
    this.#turn = search;
    return search;
  }

  async #find(call: Call, name: string, denied: string | null): Promise<Listed> {
    const absentUntil = this.#absent.get(name);
    if (absentUntil !== undefined && absentUntil > performance.now()) {
      return { state: 'absent' };
    }
    const unfinished = this.#unfinished();
    const isStale = unfinished === null || (denied !== null && unfinished.ids.get(name) === denied);
    const reading = isStale ? newReading() : unfinished;
    this.#reading = reading;
    while (true) {
      const id = reading.ids.get(name);
      if (typeof id === 'string') {
        this.#reading = null;
        return { state: 'found', id };
      }
      if (reading.pages > 0 && reading.cursor === '') {
        this.#reading = null;
        return this.#notFound(name, reading);
      }
      if (reading.pages >= PAGES) {
        this.#reading = null;
        return {
          state: 'unknown',
          why: `the first ${reading.ids.size} channels of the workspace do not include it`,
        };
      }
      const failure = await readPage(call, reading);
      if (failure !== null) {
        return this.#stopped(failure);
      }
    }
  }

  #unfinished(): Reading | null {
    const isFresh = this.#reading !== null && performance.now() - this.#reading.startedAt < KEPT_MS;
    return isFresh && this.#reading?.cursor !== '' ? this.#reading : null;
  }

  #notFound(name: string, { ids, publicOnly, pages }: Reading): Listed {
    if (publicOnly) {
      return {
        state: 'unknown',
        why: 'the token lacks the scope groups:read, so private channels cannot be listed',
      };
    }
    if (ids.get(name) === null) {
      return { state: 'archived' };
    }
    if (pages > 1) {
      this.#absent.set(name, performance.now() + KEPT_MS);
    }
    return { state: 'absent' };
  }

  #stopped(failure: Failure): Listed {
    if (failure.code === 'invalid_cursor') {
      this.#reading = null;
      return { state: 'failed', failure: { ...failure, kind: 'temporary', uncertain: false } };
    }
    return failure.code === 'missing_scope'
      ? { state: 'unknown', why: 'the token lacks the scopes channels:read and groups:read' }
      : { state: 'failed', failure: { ...failure, uncertain: false } };
  }
}

function newReading(): Reading {
  return { startedAt: performance.now(), cursor: '', pages: 0, ids: new Map(), publicOnly: false };
}

/** Reads one more page into what was read so far; gives why it could not. */
async function readPage(call: Call, reading: Reading): Promise<Failure | null> {
  const answer = await call<ChannelPage>('conversations.list', {
    types: reading.publicOnly ? 'public_channel' : 'public_channel,private_channel',
    limit: PAGE_SIZE,
    ...(reading.cursor === '' ? {} : { cursor: reading.cursor }),
  });
  if (!answer.ok) {
    if (answer.failure.code === 'missing_scope' && !reading.publicOnly) {
      reading.publicOnly = true;
      return readPage(call, reading);
    }
    return answer.failure;
  }
  const { channels = [], response_metadata } = answer.data;
  for (const { id, name, is_archived } of channels) {
    if (id !== undefined && name !== undefined && typeof reading.ids.get(name) !== 'string') {
      reading.ids.set(name, is_archived === true ? null : id);
    }
  }
  reading.pages += 1;
  reading.cursor = response_metadata?.next_cursor ?? '';
  return null;
}
