import type { Check, Destination } from '../destinations/contract.ts';

/** What the checks of a destination found, and when (milliseconds since 1970). */
export interface Checked {
  at: number;
  checks: Check[];
}

/** Findings older than this are looked for again when somebody looks at them. */
const FRESH_MS = 60_000;

/** A check that takes longer than this counts as a fault. */
const TIMEOUT_MS = 20_000;

/** Runs the destinations' own checks in the background and keeps what they found. */
export class Checks {
  readonly #destinations: ReadonlyMap<string, Pick<Destination, 'check'>>;
  readonly #found = new Map<string, Checked>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #onFound: () => void;

  /** @param onFound is told whenever there is something new */
  constructor(destinations: ReadonlyMap<string, Pick<Destination, 'check'>>, onFound: () => void) {
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
    const destination = this.#destinations.get(name);
    const checks = destination === undefined ? [] : await lookedAt(name, destination);
    this.#found.set(name, { at: now, checks });
    this.#running.delete(name);
    this.#onFound();
  }
}

/** Runs a destination's own checks; a failure of the check itself is a finding too, and so is its silence. */
export async function lookedAt(name: string, destination: Pick<Destination, 'check'>): Promise<Check[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([destination.check(), late]);
  } catch (error) {
    return [
      {
        what: name,
        state: 'fault',
        finding: `The check broke: ${(error as Error).message}.`,
        fix: 'Look at the log of the receiver, and try again.',
      },
    ];
  } finally {
    clearTimeout(timer);
  }
}
