import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort, Worker as Thread, type Transferable } from 'node:worker_threads';

/** Threads that no ledger has at the moment. Each takes some 13 MB. */
const idle: Thread[] = [];
const MOST_IDLE = 6;

/**
 * Stands in for `Worker` where a ledger starts its threads. When a ledger is closed, its thread is kept for the next
 * one: to start a thread takes more processor time than most tests. The tests of real processes use real ones.
 */
export class Worker extends EventEmitter {
  readonly #thread: Thread;
  /** What the program has as its `parentPort`. */
  readonly #port: MessagePort;

  constructor(program: URL, { workerData }: { workerData: unknown }) {
    super();
    const { port1, port2 } = new MessageChannel();
    const thread = idle.pop() ?? new Thread(new URL('./kept-thread.ts', import.meta.url));
    this.#thread = thread;
    this.#port = port1;
    port1.on('message', (message) => this.emit('message', message));
    const fail = (error: Error): void => void this.emit('error', error);
    const end = (): void => {
      thread.off('error', fail).off('exit', end).off('message', keep);
      this.unref();
      this.emit('exit');
    };
    const keep = (): void => {
      end();
      if (idle.length < MOST_IDLE) {
        idle.push(thread);
      } else {
        void thread.terminate();
      }
    };
    thread.on('error', fail).on('exit', end).on('message', keep);
    thread.postMessage({ program: program.href, port: port2, workerData }, [port2]);
  }

  postMessage(message: unknown, transferred: readonly Transferable[] = []): void {
    this.#port.postMessage(message, transferred);
  }

  ref(): void {
    this.#thread.ref();
    this.#port.ref();
  }

  unref(): void {
    this.#thread.unref();
    this.#port.unref();
  }
}
