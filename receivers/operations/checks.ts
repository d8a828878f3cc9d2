import type { Check, OpenDestinations } from '../contract/destination.ts';
import { lookedAt } from '../destinations/checks.ts';

/** What the checks of a destination found, and when (milliseconds since 1970). */
export interface Checked {
  at: number;
  checks: Check[];
}

/** Findings older than this are looked for again when somebody looks at them. */
const FRESH_MS = 60_000;

/** Runs the destinations' own checks in the background and keeps what they found. */
export class Checks {
  readonly #destinations: OpenDestinations;
  readonly #found = new Map<string, Checked>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #onFound: () => void;

  /** @param onFound is told whenever there is something new */
  constructor(destinations: OpenDestinations, onFound: () => void) {
    this.#destinations = destinations;
    this.#onFound = onFound;
  }

  /** What was found last; null while nothing is known. Stale findings are looked for anew meanwhile. */
  known(name: string, now: number): Checked | null {
    const found = this.#found.get(name) ?? null;
    if (found === null || now - found.at > FRESH_MS) {
      void this.run(name, now);
    }
    return found;
  }

  /** Looks now; resolves when it is known. */
  run(name: string, now: number): Promise<void> {
    const running = this.#running.get(name) ?? this.#look(name, now);
    this.#running.set(name, running);
    return running;
  }

  async #look(name: string, now: number): Promise<void> {
    const destination = this.#destinations.get(name)?.destination;
    const checks = destination === undefined ? [] : await lookedAt(name, destination);
    this.#found.set(name, { at: now, checks });
    this.#running.delete(name);
    this.#onFound();
  }
}
