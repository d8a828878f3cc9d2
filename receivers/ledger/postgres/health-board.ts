import { SteadyClock } from '../../base/steady-clock.ts';
import type { DestinationHealth, HealthRule } from '../../contract/delivery.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { newHealth } from '../health.ts';
import { applyRule, type ClockReading, healthAt, type KeptHealth, keepHealth } from '../pause.ts';

/** A pause that moved by less is the same pause: each reading of the database takes its time, milliseconds. */
const SAME_PAUSE_MS = 250;

/** What this process knows about the destinations' health, and who waits for one of them. */
export class HealthBoard {
  readonly #clock = new SteadyClock();
  readonly #known = new Map<string, KeptHealth>();
  readonly #waiting = new Map<string, Set<() => void>>();

  get(destination: string): DestinationHealth {
    return healthAt(this.#kept(destination), this.#reading());
  }

  /** A destination's health before and after an outcome, both in the time of the attempt. */
  preview(
    destination: string,
    rule: HealthRule,
    outcome: Outcome,
    finishedAt: number,
  ): { before: DestinationHealth; after: DestinationHealth } {
    const before = healthAt(this.#kept(destination), this.#reading(finishedAt));
    return { before, after: rule(before, outcome, finishedAt) };
  }

  /** Applies an outcome to what this process knows. */
  learn(destination: string, rule: HealthRule, outcome: Outcome, finishedAt: number): void {
    const reading = this.#reading(finishedAt);
    this.#keep(applyRule(rule, this.#kept(destination), outcome, reading), reading);
  }

  /** How long a destination's pause still lasts, milliseconds; 0 for none. */
  pauseLeftMs(destination: string): number {
    return Math.max(0, this.#kept(destination).pauseEnds - this.#clock.now());
  }

  /** Takes over what the ledger holds, and wakes waiters for destinations whose pause or probe changed. */
  put(all: readonly DestinationHealth[]): void {
    const reading = this.#reading();
    for (const health of all) {
      this.#keep(keepHealth(health, reading), reading);
    }
  }

  #keep(after: KeptHealth, { steady }: ClockReading): void {
    const { destination, probing } = after.health;
    const before = this.#kept(destination);
    this.#known.set(destination, after);
    const moved = Math.max(before.pauseEnds, steady) - Math.max(after.pauseEnds, steady);
    if (Math.abs(moved) > SAME_PAUSE_MS || before.health.probing !== probing) {
      this.wake(destination);
    }
  }

  wake(destination: string): void {
    for (const wake of [...(this.#waiting.get(destination) ?? [])]) {
      wake();
    }
  }

  /** Resolves after this many milliseconds, or sooner: when the destination's state changed, or on abort. */
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

  #kept(destination: string): KeptHealth {
    return this.#known.get(destination) ?? { health: newHealth(destination), pauseEnds: 0 };
  }

  #reading(wall = Date.now()): ClockReading {
    return { wall, steady: this.#clock.now() };
  }
}
