/** So many wrong tokens an address may try within the window. */
const TRIES = 8;
const WINDOW_MS = 10 * 60_000;

/** So many addresses are remembered; of more, the oldest are forgotten. */
const ADDRESSES = 10_000;

/** Counts wrong tokens by address, in bounded memory. Times are milliseconds. */
export class LoginLimit {
  readonly #failures = new Map<string, { count: number; since: number }>();

  /** How long this address has to wait before it may try again, in seconds; 0 where it may. */
  waitSeconds(address: string, now: number): number {
    const failures = this.#failures.get(address);
    if (failures === undefined || failures.count < TRIES) {
      return 0;
    }
    return Math.max(0, Math.ceil((failures.since + WINDOW_MS - now) / 1_000));
  }

  failed(address: string, now: number): void {
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
