import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { closed, listening } from '../fixtures/listening.ts';

interface Call {
  id: string;
  method: 'zcache_get' | 'zcache_set' | 'zcache_delete';
  params: [key: string, value?: string, ttl?: number | null, scope?: string[] | null, nx?: boolean | null];
}

/** The cache that Zapier's servers keep for an app, as the runtime of an app calls it. */
export class FakeZapierCache {
  /** Ages the cache by this many seconds. */
  ageS = 0;
  /** What a call waits for before it is answered, such as for another call. */
  before: (method: Call['method']) => Promise<void> = async () => {};
  url = '';
  readonly #kept = new Map<string, { value: string; endsAtS: number }>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<this> {
    this.url = `http://127.0.0.1:${await listening(this.#server)}`;
    return this;
  }

  async close(): Promise<void> {
    await closed(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = (await json(request)) as Call;
    await this.before(call.method);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: call.id, result: this.#answer(call) }));
  }

  #answer({ method, params: [key, value = 'null', ttl, , nx] }: Call): unknown {
    const kept = this.#kept.get(key);
    const valid = kept !== undefined && kept.endsAtS > this.ageS ? kept : null;
    if (method === 'zcache_get') {
      return valid?.value ?? null;
    }
    if (method === 'zcache_delete') {
      return this.#kept.delete(key);
    }
    if (nx === true && valid !== null) {
      return false;
    }
    this.#kept.set(key, { value, endsAtS: this.ageS + (ttl ?? Number.POSITIVE_INFINITY) });
    return true;
  }
}

export function startFakeZapierCache(): Promise<FakeZapierCache> {
  return new FakeZapierCache().start();
}
