/** A wall clock that gains more than this on the monotonic one was set, or the machine slept: milliseconds. */
const STEP_MS = 1_000;

/**
 * A clock for waits inside one process. It never goes back: when the system clock is set back, waits end when they
 * would have ended anyway. It does go ahead with the system clock, because the monotonic clock stands still while a
 * machine sleeps.
 */
export class SteadyClock {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #last: { wall: number; monotonic: number };
  #now: number;

  /** The parameters, both in milliseconds, are for tests. */
  constructor(wall = () => Date.now(), monotonic = () => performance.now()) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#last = { wall: wall(), monotonic: monotonic() };
    this.#now = this.#last.monotonic;
  }

  /** Milliseconds since some moment; only differences mean something. */
  now(): number {
    const read = { wall: this.#wall(), monotonic: this.#monotonic() };
    const passed = read.monotonic - this.#last.monotonic;
    const shown = read.wall - this.#last.wall;
    this.#last = read;
    this.#now += shown - passed > STEP_MS ? shown : passed;
    return this.#now;
  }
}
