import { createHash } from 'node:crypto';
import { readZapierFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { Ledger } from '../contract/ledger.ts';

/** A Zap that is switched on: where it wants which events. */
export interface Subscription {
  id: string;
  /** A secret: whoever knows it can make the Zap run. */
  targetUrl: string;
  filter: ZapierFilter;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** The destination under which the ledger keeps what belongs to Zapier. */
export const ZAPIER = 'zapier';

const PREFIX = 'hook:';

/** The Zaps that are switched on, kept in the ledger. Every method may reject with a StorageError. */
export class Subscriptions {
  readonly #ledger: Pick<Ledger, 'recall' | 'recallAll' | 'remember'>;

  constructor(ledger: Pick<Ledger, 'recall' | 'recallAll' | 'remember'>) {
    this.#ledger = ledger;
  }

  /**
   * Keeps a subscription, in the place of an earlier one to the same URL: what waits for that one is still sent.
   * Gives its id.
   */
  async add(targetUrl: string, filter: ZapierFilter, now: number): Promise<string> {
    const id = createHash('sha256').update(targetUrl).digest('hex').slice(0, 24);
    const createdAt = (await this.find(id))?.createdAt ?? now;
    await this.#ledger.remember(ZAPIER, {
      [`${PREFIX}${id}`]: JSON.stringify({ targetUrl, filter, createdAt }),
    });
    return id;
  }

  /** Ends a subscription; false where there is none. */
  async remove(id: string): Promise<boolean> {
    const known = (await this.find(id)) !== null;
    if (known) {
      await this.#ledger.remember(ZAPIER, { [`${PREFIX}${id}`]: '' });
    }
    return known;
  }

  async find(id: string): Promise<Subscription | null> {
    const kept = await this.#ledger.recall(ZAPIER, `${PREFIX}${id}`);
    return kept === null || kept === '' ? null : subscription(id, kept);
  }

  async all(): Promise<Subscription[]> {
    const kept = await this.#ledger.recallAll(ZAPIER, PREFIX);
    return Object.entries(kept)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => subscription(key.slice(PREFIX.length), value));
  }
}

function subscription(id: string, kept: string): Subscription {
  const { targetUrl, filter, createdAt } = JSON.parse(kept);
  return { id, targetUrl, filter: readZapierFilter(filter), createdAt };
}
