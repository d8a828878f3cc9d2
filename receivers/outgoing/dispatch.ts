import type { Dispatcher } from 'undici';
import { CanceledError, DeadlineError } from './failure.ts';

/** The result of one dispatch. `started`: the request began to be written on an established connection. */
export type Dispatched = { started: boolean } & (
  | { error: Error }
  | { status: number; headers: Record<string, string>; bytes: Buffer; complete: boolean }
);

export interface DispatchLimits {
  /** For the whole exchange, milliseconds. */
  timeoutMs: number;
  /** Bytes of the body, as they come over the wire. */
  limit: number;
  signal?: AbortSignal;
}

/**
 * Sends one request by undici and collects the answer. Settles when the time is up or the signal aborts, whatever
 * undici waits for: its own requests hold an abort back until a connection comes about or fails.
 *
 * undici calls `onRequestStart` right before it writes the first byte, on a connection that is established and, for
 * https, verified. A request that is aborted there is not written.
 */
export function dispatch(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { timeoutMs, limit, signal }: DispatchLimits,
): Promise<Dispatched> {
  const { promise, resolve } = Promise.withResolvers<Dispatched>();
  const chunks: Buffer[] = [];
  let size = 0;
  let head: { status: number; headers: Record<string, string> } | null = null;
  let controller: Dispatcher.DispatchController | null = null;
  let settled = false;

  function settle(outcome: Error | { complete: boolean }): void {
    if (settled) {
      return;
    }
    settled = true;
    const started = controller !== null;
    if (head !== null) {
      const complete = !(outcome instanceof Error) && outcome.complete;
      resolve({ started, ...head, bytes: Buffer.concat(chunks).subarray(0, limit), complete });
    } else {
      resolve({ started, error: outcome instanceof Error ? outcome : new Error('no answer') });
    }
  }

  function give(error: Error): void {
    settle(error);
    controller?.abort(error);
  }

  const onAbort = (): void => {
    const isTimeout = (signal?.reason as Error | undefined)?.name === 'TimeoutError';
    give(isTimeout ? new DeadlineError(null) : new CanceledError());
  };
  const timer = setTimeout(() => give(new DeadlineError(timeoutMs)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) {
    onAbort();
  } else {
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        if (settled) {
          started.abort(new CanceledError());
        } else {
          controller = started;
        }
      },
      onResponseStart(_, status, headers) {
        // Informational responses come before the answer (RFC 9110, section 15.2).
        if (status >= 200) {
          head = { status, headers: joined(headers) };
        }
      },
      onResponseData(current, chunk) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > limit) {
          settle({ complete: false });
          current.abort(new CanceledError());
        }
      },
      onResponseEnd: () => settle({ complete: true }),
      onResponseError: (_, error) => settle(error),
    });
  }
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}
