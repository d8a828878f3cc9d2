/** A request that was refused, as it is kept for diagnosis. */
export interface Refusal {
  /** Milliseconds since 1970. */
  at: number;
  source: string;
  /** Why, as a short name: `no-match`, `malformed-signature` … */
  reason: string;
  /** What the doctor found, in words; null where it found nothing or did not look. */
  finding: string | null;
  address: string;
  headers: Record<string, string>;
  /** The first bytes as text. */
  bodyStart: string;
  /** Length in bytes; null where it was not read. */
  bodyLength: number | null;
}

/** So many refusals are kept, and so many bytes of each body. */
const KEPT = 100;
export const KEPT_BODY_BYTES = 2_048;

/** The last refused requests, in memory: a flood of forged ones costs neither disk nor growing memory. */
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
