import { InARow } from './in-a-row.ts';

/** Waited if a rate limit names no time, milliseconds. */
const UNNAMED_MS = 30_000;

/** The shortest wait after the first refusal, milliseconds. It doubles with each refusal in a row, up to the longest. */
const SHORTEST_MS = 1_000;
const LONGEST_GROWN_MS = 3_600_000;

/**
 * How long to wait for another side's rate limit: as long as it asks, and longer while it keeps refusing. Its limit
 * costs no attempt, so a short `Retry-After` that never ends would otherwise send requests without end.
 */
export class RateLimits {
  readonly #refusals = new InARow();
  readonly #ends = new Map<string, number>();

  /**
   * The wait after a refusal, in milliseconds. Attempts that were in progress when the first one was refused say
   * nothing new: they wait for the same end.
   *
   * @param startedAt when the attempt began, and `now`: by a steady clock, milliseconds
   * @param askedMs what the other side asks for; undefined if it does not say
   */
  refused(
    destination: string,
    askedMs: number | undefined,
    { startedAt, now }: { startedAt: number; now: number },
  ): number {
    const asked = askedMs ?? UNNAMED_MS;
    const known = this.#ends.get(destination) ?? Number.NEGATIVE_INFINITY;
    if (startedAt < known) {
      return Math.max(asked, known - now);
    }
    const grown = Math.min(LONGEST_GROWN_MS, SHORTEST_MS * 2 ** (this.#refusals.add(destination) - 1));
    const wait = Math.max(asked, grown);
    this.#ends.set(destination, now + wait);
    return wait;
  }

  /** The other side accepts again. */
  accepted(destination: string): void {
    this.#refusals.end(destination);
  }
}
