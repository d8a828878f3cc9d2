/** More keys than this are not kept: those that have been failing longest start over. */
const MOST_KEYS = 10_000;

/** Counts by key what happens again and again, in the memory of this process. */
export class InARow {
  readonly #counts = new Map<string, number>();

  /** Counts one more, and gives how many there have been in a row. */
  add(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    if (count === 1 && this.#counts.size >= MOST_KEYS) {
      this.#counts.delete(this.#counts.keys().next().value ?? '');
    }
    this.#counts.set(key, count);
    return count;
  }

  end(key: string): void {
    this.#counts.delete(key);
  }
}
