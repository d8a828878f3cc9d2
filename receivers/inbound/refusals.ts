/** A refused request, as people see it to find the cause. */
export interface Refusal {
  /** Milliseconds since 1970. */
  at: number;
  source: string;
  /** Why, as a short name: `no-match`, `malformed-signature` … */
  reason: string;
  /** The most likely cause, in words; null if none was found. */
  finding: string | null;
  address: string;
  headers: Record<string, string>;
  /** The first bytes as text. */
  bodyStart: string;
  /** Length in bytes; null if the body was not read. */
  bodyLength: number | null;
}

/** How many refusals are kept, and how many bytes of each body. */
const KEPT = 100;
export const KEPT_BODY_BYTES = 2_048;

/** The last refused requests. They are in memory and bounded, so a flood of forged requests costs little. */
export class Refusals {
  #kept: Refusal[] = [];

  add(refusal: Refusal): void {
    this.#kept.push(refusal);
    if (this.#kept.length > KEPT) {
      this.#kept.shift();
    }
  }

  /** Newest first. */
  list(): Refusal[] {
    return [...this.#kept].reverse();
  }
}
