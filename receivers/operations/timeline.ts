import type { LedgerReader, TimelineBucket } from '../contract/ledger-reader.ts';
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

export function timelineOperations({ ledger, now }: Pick<OperationServices, 'ledger' | 'now'>) {
  const timeline = new Timeline(ledger);
  return {
    timeline: async (range: Range): Promise<Chart> => ({
      bucketMs: RANGES[range].bucketMs,
      buckets: await timeline.read(range, now()),
    }),
  };
}

/** Counts bucket by bucket, so that no count keeps others waiting for long. */
class Timeline {
  readonly #ledger: Pick<LedgerReader, 'timeline'>;
  readonly #kept = new Map<string, { bucket: TimelineBucket; until: number }>();

  constructor(ledger: Pick<LedgerReader, 'timeline'>) {
    this.#ledger = ledger;
  }

  /** The buckets of a span that ends at `now` (milliseconds since 1970), oldest first. */
  async read(range: Range, now: number): Promise<TimelineBucket[]> {
    const { bucketMs, buckets } = RANGES[range];
    const last = Math.floor(now / bucketMs) * bucketMs;
    this.#forget(now);
    const read: TimelineBucket[] = [];
    for (let from = last - (buckets - 1) * bucketMs; from <= last; from += bucketMs) {
      read.push(await this.#bucket(from, bucketMs, from === last, now));
    }
    return read;
  }

  async #bucket(from: number, bucketMs: number, growing: boolean, now: number): Promise<TimelineBucket> {
    const name = `${from} ${bucketMs}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) {
      return kept.bucket;
    }
    const [bucket] = await this.#ledger.timeline(from, from + bucketMs, bucketMs);
    if (!growing) {
      this.#kept.set(name, { bucket: bucket as TimelineBucket, until: now + KEPT_MS });
    }
    return bucket as TimelineBucket;
  }

  #forget(now: number): void {
    for (const [name, { until }] of this.#kept) {
      if (until <= now) {
        this.#kept.delete(name);
      }
    }
  }
}
