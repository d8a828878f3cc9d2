/** Wrong tokens that an address may try within the window. */
const TRIES = 8;
const WINDOW_MS = 10 * 60_000;

/** Addresses that are remembered. The oldest are forgotten first. */
const ADDRESSES = 10_000;

/** Counts wrong tokens by address, in bounded memory. Setting the system clock changes no wait. */
export class LoginLimit {
  readonly #failures = new Map<string, { count: number; since: number }>();
  readonly #now: () => number;

  /** @param now a clock that nobody sets, in milliseconds; for tests */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds until this address may try again; 0 if it may now. */
  waitSeconds(address: string): number {
    const failures = this.#failures.get(address);
    if (failures === undefined || failures.count < TRIES) {
      return 0;
    }
    return Math.max(0, Math.ceil((failures.since + WINDOW_MS - this.#now()) / 1_000));
  }

  failed(address: string): void {
    const now = this.#now();
    const known = this.#failures.get(address);
    const current = known !== undefined && now - known.since < WINDOW_MS ? known : { count: 0, since: now };
    this.#failures.delete(address);
    this.#failures.set(address, { ...current, count: current.count + 1 });
    if (this.#failures.size > ADDRESSES) {
      this.#failures.delete(this.#failures.keys().next().value as string);
    }
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }
}
