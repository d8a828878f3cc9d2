import type { IncomingMessage } from 'node:http';

/** What came of reading a request's body. */
export type ReadBody =
  | { ok: true; body: Buffer }
  | { ok: false; problem: 'too-large' | 'broken-off' | 'too-many-at-once' };

/** So many bytes of each body are taken whatever else arrives: honest webhooks are smaller. */
const ALWAYS_TAKEN_BYTES = 65_536;

/** How much of all bodies together, beyond that, may be in memory at once. */
const SHARED_BYTES = 64 * 1_048_576;

/**
 * Reads the raw bytes of requests, at most `limit` of each, and holds a bounded part of them in memory: who sends
 * large bodies slowly on many connections is refused before those who send small ones. Read by hand because the
 * same endpoint with `express.raw` has a tenth to a third less throughput (test/bench/accept.ts).
 */
export class BodyReader {
  readonly #limit: number;
  readonly #shared: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#shared = Math.max(SHARED_BYTES, 2 * limit);
  }

  /**
   * Reads one body. A body that is refused is no longer read; the caller answers and closes. Never rejects.
   * What it holds counts until the request is closed.
   */
  read(request: IncomingMessage): Promise<ReadBody> {
    return new Promise((resolve) => {
      if (Number(request.headers['content-length'] ?? 0) > this.#limit) {
        resolve({ ok: false, problem: 'too-large' });
        return;
      }
      const gathered = new Gathered(this.#limit);
      let counted = 0;
      const refuse = (problem: 'too-large' | 'too-many-at-once'): void => {
        request.pause();
        request.removeAllListeners('data');
        gathered.clear();
        resolve({ ok: false, problem });
      };
      request.on('data', (chunk: Buffer) => {
        const size = gathered.size + chunk.length;
        if (size > this.#limit) {
          refuse('too-large');
          return;
        }
        const more = Math.max(0, size - ALWAYS_TAKEN_BYTES) - counted;
        if (more > 0) {
          if (this.#held + more > this.#shared) {
            refuse('too-many-at-once');
            return;
          }
          this.#held += more;
          counted += more;
        }
        gathered.add(chunk);
      });
      request.on('end', () => resolve({ ok: true, body: gathered.bytes() }));
      request.on('error', () => resolve({ ok: false, problem: 'broken-off' }));
      request.on('close', () => {
        this.#held -= counted;
        resolve({ ok: false, problem: 'broken-off' });
      });
    });
  }
}

/**
 * Bytes that come in pieces, in one buffer: kept one by one, a body in pieces of a byte would take two hundred
 * times its size.
 */
class Gathered {
  readonly #most: number;
  #buffer: Buffer = Buffer.alloc(0);
  size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    if (this.size === 0) {
      this.#buffer = chunk;
    } else {
      this.#ensure(this.size + chunk.length);
      chunk.copy(this.#buffer, this.size);
    }
    this.size += chunk.length;
  }

  bytes(): Buffer {
    return this.#buffer.length === this.size ? this.#buffer : this.#buffer.subarray(0, this.size);
  }

  clear(): void {
    this.#buffer = Buffer.alloc(0);
  }

  #ensure(size: number): void {
    if (size > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#most, Math.max(2 * size, 4_096)));
      this.#buffer.copy(larger, 0, 0, this.size);
      this.#buffer = larger;
    }
  }
}
