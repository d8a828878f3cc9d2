import type { Check, OpenDestinations } from '../contract/destination.ts';
import { checkFindings } from '../destinations/checks.ts';

/** What the checks of a destination found, and when (milliseconds since 1970). */
export interface Checked {
  at: number;
  checks: Check[];
}

/** Findings older than this are renewed when somebody looks at them. */
const FRESH_MS = 60_000;

/** Runs the destinations' own checks in the background and keeps what they found. */
export class Checks {
  readonly #destinations: OpenDestinations;
  readonly #found = new Map<string, Checked>();
  readonly #running = new Map<string, Promise<Checked>>();
  readonly #onFound: () => void;

  /** @param onFound called whenever there is something new */
  constructor(destinations: OpenDestinations, onFound: () => void) {
    this.#destinations = destinations;
    this.#onFound = onFound;
  }

  /** The last findings; null if there are none yet. Renews old ones in the background. */
  known(name: string, now: number): Checked | null {
    const found = this.#found.get(name) ?? null;
    if (found === null || now - found.at > FRESH_MS) {
      void this.run(name, now);
    }
    return found;
  }

  /** Checks now. Those who ask at the same time share one check. */
  run(name: string, now: number): Promise<Checked> {
    const running = this.#running.get(name) ?? this.#check(name, now);
    this.#running.set(name, running);
    return running;
  }

  async #check(name: string, now: number): Promise<Checked> {
    const destination = this.#destinations.get(name)?.destination;
    const checks = destination === undefined ? [] : await checkFindings(name, destination);
    const found = { at: now, checks };
    this.#found.set(name, found);
    this.#running.delete(name);
    this.#onFound();
    return found;
  }
}
