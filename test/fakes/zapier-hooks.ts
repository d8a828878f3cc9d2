import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closed, listening } from '../fixtures/listening.ts';
import { answerFault, FaultPlan } from './faults.ts';

/** A call of a Zap's URL, as Zapier caught it. */
export interface CaughtHook {
  path: string;
  headers: Record<string, string>;
  content: string;
}

/** The place where Zapier catches hooks: a path for each Zap that is switched on. */
export class FakeZapierHooks {
  readonly faults = new FaultPlan();
  /** What reached Zapier, oldest first, whatever was answered. */
  readonly caught: CaughtHook[] = [];
  readonly #off = new Set<string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #changed = Promise.withResolvers<void>();

  async start(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  async close(): Promise<void> {
    await closed(this.#server);
  }

  /** The URL that Zapier makes for a Zap. */
  urlOf(zap: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks/standard/${zap}`;
  }

  /** Its URL answers 410 from now on. */
  switchOff(zap: string): void {
    this.#off.add(`/hooks/standard/${zap}`);
  }

  /** What a Zap has caught. */
  of(zap: string): CaughtHook[] {
    return this.caught.filter(({ path }) => path.endsWith(`/${zap}`));
  }

  /** Resolves once `count` calls have arrived, for all Zaps or for one. */
  async waitFor(count: number, zap?: string): Promise<void> {
    while ((zap === undefined ? this.caught : this.of(zap)).length < count) {
      await this.#changed.promise;
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const fault = this.faults.next(request);
    const path = request.url ?? '';
    if ((fault === null || fault.after) && !this.#off.has(path)) {
      const headers = Object.entries(request.headers).map(([name, value]) => [`Http-${name}`, String(value)]);
      this.caught.push({
        path,
        headers: Object.fromEntries(headers),
        content: Buffer.concat(chunks).toString(),
      });
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
    if (fault !== null) {
      answerFault(fault, response);
      return;
    }
    response.writeHead(this.#off.has(path) ? 410 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: this.#off.has(path) ? 'error' : 'success' }));
  }
}

export function startFakeZapierHooks(): Promise<FakeZapierHooks> {
  return new FakeZapierHooks().start();
}
