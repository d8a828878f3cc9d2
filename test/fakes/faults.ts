import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What a fake does instead of its normal answer. `after`: the request takes effect first, as when a service did its
 * work and the answer was lost. `retryAfter` is the header's text, for values that are not whole seconds.
 */
export type Fault =
  | {
      kind: 'status';
      status: number;
      retryAfterSeconds?: number;
      retryAfter?: string;
      body?: string;
      contentType?: string;
      after?: boolean;
    }
  | { kind: 'hang'; after?: boolean }
  | { kind: 'reset'; after?: boolean };

interface Planned {
  fault: Fault;
  left: number;
  matches: (request: IncomingMessage) => boolean;
}

/** Decides for each request to a fake whether it goes wrong, and how. */
export class FaultPlan {
  #planned: Planned[] = [];
  #chance: (request: IncomingMessage) => Fault | null = () => null;

  /** The next `times` requests whose path contains `path` get this fault. */
  add(fault: Fault, { times = 1, path = '' }: { times?: number; path?: string } = {}): void {
    this.#planned.push({ fault, left: times, matches: (request) => (request.url ?? '').includes(path) });
  }

  /** Called for each request without a planned fault, such as for seeded random faults. */
  draw(chance: (request: IncomingMessage) => Fault | null): void {
    this.#chance = chance;
  }

  clear(): void {
    this.#planned = [];
    this.#chance = () => null;
  }

  /** The fault for this request; null for none. */
  next(request: IncomingMessage): Fault | null {
    const planned = this.#planned.find(({ left, matches }) => left > 0 && matches(request));
    if (planned === undefined) {
      return this.#chance(request);
    }
    planned.left -= 1;
    return planned.fault;
  }
}

/** Answers according to the fault. A hanging request stays open until the client or the fake closes it. */
export function answerFault(fault: Fault, response: ServerResponse): void {
  if (fault.kind === 'reset') {
    response.socket?.resetAndDestroy();
  } else if (fault.kind === 'status') {
    const retryAfter = fault.retryAfter ?? fault.retryAfterSeconds;
    if (retryAfter !== undefined) {
      response.setHeader('Retry-After', String(retryAfter));
    }
    if (fault.contentType !== undefined) {
      response.setHeader('Content-Type', fault.contentType);
    }
    response.statusCode = fault.status;
    response.end(fault.body ?? '');
  }
}
