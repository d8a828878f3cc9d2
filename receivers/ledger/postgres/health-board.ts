import type { DestinationHealth } from '../../contract/delivery.ts';
import { newHealth } from '../health.ts';

/** What this process knows of how the destinations fare, and who waits for one of them. */
export class HealthBoard {
  readonly #known = new Map<string, DestinationHealth>();
  readonly #waiting = new Map<string, Set<() => void>>();

  get(destination: string): DestinationHealth {
    return this.#known.get(destination) ?? newHealth(destination);
  }

  /** Takes what the ledger holds; who waits for a destination whose pause or probe changed, looks again. */
  put(all: readonly DestinationHealth[]): void {
    for (const health of all) {
      const before = this.get(health.destination);
      this.#known.set(health.destination, health);
      if (before.pausedUntil !== health.pausedUntil || before.probing !== health.probing) {
        this.wake(health.destination);
      }
    }
  }

  wake(destination: string): void {
    for (const wake of [...(this.#waiting.get(destination) ?? [])]) {
      wake();
    }
  }

  /** Resolves after so many milliseconds, or sooner: when the destination's state changed, or on abort. */
  async changed(destination: string, withinMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      return;
    }
    const waiting = this.#waiting.get(destination) ?? new Set();
    this.#waiting.set(destination, waiting);
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        resolve();
      };
      // A longer timer would fire at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
      const timer = setTimeout(wake, Math.min(Math.max(0, withinMs), 3_600_000));
      signal.addEventListener('abort', wake);
      waiting.add(wake);
    });
  }
}
