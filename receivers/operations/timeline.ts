import type { Ledger } from '../contract/ledger.ts';
import type { TimelineBucket } from '../contract/ledger-reader.ts';
import type { OperationServices } from './services.ts';

/** The spans that the chart can show, and the length of their buckets in milliseconds. */
export const RANGES = {
  '24h': { title: '24 hours', bucketMs: 3_600_000, buckets: 24 },
  '7d': { title: '7 days', bucketMs: 6 * 3_600_000, buckets: 28 },
  '30d': { title: '30 days', bucketMs: 86_400_000, buckets: 30 },
} as const;

export type Range = keyof typeof RANGES;

/** Events and deliveries over time, in buckets of equal length (milliseconds), oldest first. */
export interface Chart {
  bucketMs: number;
  buckets: TimelineBucket[];
}

/** How long a finished bucket is not counted again. Retries may still add to it. */
const KEPT_MS = 5 * 60_000;

/**
 * Of a bucket that ended this long ago, milliseconds, the last count is shown at once and counted again after that. Few
 * retries last so long, and people rarely replay or remove what is older: the next look has what they changed.
 */
const SETTLED_MS = 36 * 3_600_000;

/** Under which name the ledger remembers the counts of settled buckets, one fact for each range. */
const TIMELINE = 'timeline';

/** A bucket with the time of its count, milliseconds since 1970. */
interface Counted {
  bucket: TimelineBucket;
  at: number;
}

type TimelineLedger = Pick<Ledger, 'timeline' | 'recall' | 'remember'>;

export function timelineOperations({ ledger, now }: Pick<OperationServices, 'ledger' | 'now'>) {
  const timelines = new Map<Range, Timeline>();
  return {
    timeline: async (range: Range): Promise<Chart> => {
      const timeline = timelines.get(range) ?? new Timeline(ledger, range);
      timelines.set(range, timeline);
      return { bucketMs: RANGES[range].bucketMs, buckets: await timeline.read(now()) };
    },
  };
}

/** The chart of one range. Counts bucket by bucket, so that no count keeps others waiting for long. */
class Timeline {
  readonly #ledger: TimelineLedger;
  readonly #range: Range;
  #counted: Map<number, Counted> | null = null;
  #refreshing = false;
  /** What the ledger remembers, as far as it was written here. */
  #remembered: string | null = null;

  constructor(ledger: TimelineLedger, range: Range) {
    this.#ledger = ledger;
    this.#range = range;
  }

  /** The buckets of the span that ends at `now` (milliseconds since 1970), oldest first. */
  async read(now: number): Promise<TimelineBucket[]> {
    const { bucketMs, buckets } = RANGES[this.#range];
    const last = Math.floor(now / bucketMs) * bucketMs;
    const first = last - (buckets - 1) * bucketMs;
    this.#counted ??= await this.#recall();
    for (const from of this.#counted.keys()) {
      if (from < first) {
        this.#counted.delete(from);
      }
    }
    const read: TimelineBucket[] = [];
    const old: number[] = [];
    for (let from = first; from <= last; from += bucketMs) {
      const counted = this.#counted.get(from);
      const isRecent = counted !== undefined && Math.abs(now - counted.at) < KEPT_MS;
      if (counted !== undefined && from < last && (isRecent || this.#isSettled(counted))) {
        read.push(counted.bucket);
        old.push(...(isRecent ? [] : [from]));
      } else {
        read.push(await this.#count(from, now));
      }
    }
    this.#refresh(old, now);
    return read;
  }

  /** Whether the count was made when little could still change. */
  #isSettled({ bucket, at }: Counted): boolean {
    return at >= bucket.from + RANGES[this.#range].bucketMs + SETTLED_MS;
  }

  async #count(from: number, now: number): Promise<TimelineBucket> {
    const { bucketMs } = RANGES[this.#range];
    const [bucket] = (await this.#ledger.timeline(from, from + bucketMs, bucketMs)) as [TimelineBucket];
    this.#counted?.set(from, { bucket, at: now });
    return bucket;
  }

  /** Counts old buckets again, for the next reader, and remembers all settled ones; a failure leaves that to it. */
  #refresh(old: readonly number[], now: number): void {
    if (this.#refreshing) {
      return;
    }
    this.#refreshing = true;
    const done = (): void => {
      this.#refreshing = false;
    };
    this.#countAgain(old, now).then(done, done);
  }

  async #countAgain(old: readonly number[], now: number): Promise<void> {
    for (const from of old) {
      await this.#count(from, now);
    }
    const settled = JSON.stringify(
      [...(this.#counted?.values() ?? [])].filter((each) => this.#isSettled(each)),
    );
    if (settled !== this.#remembered) {
      await this.#ledger.remember(TIMELINE, { [this.#range]: settled });
      this.#remembered = settled;
    }
  }

  async #recall(): Promise<Map<number, Counted>> {
    const remembered = await this.#ledger.recall(TIMELINE, this.#range);
    const counted: Counted[] = remembered === null ? [] : JSON.parse(remembered);
    return new Map(counted.map((each) => [each.bucket.from, each]));
  }
}
