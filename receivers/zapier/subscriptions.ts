import { createHash, randomBytes } from 'node:crypto';
import { readZapierFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ZapierAccess } from './access.ts';
import { ZAPIER, ZAPS } from './names.ts';
import { isSubject, type Subject } from './subjects.ts';

/** What a Zap subscribes to. */
export interface NewSubscription {
  /** A secret: anyone who knows it can make the Zap run. */
  targetUrl: string;
  subject: Subject;
  filter: ZapierFilter;
  /** Only this source's events. */
  source: string;
  /** Only this organization's events; null if it is not known. */
  organizationId: string | null;
  /** The key it was made with: without that key, it ends. */
  keyId: string;
  /** The trigger's key in the app; null if the app did not say. */
  trigger: string | null;
  /** The Zap's ID at Zapier; null if Zapier did not say. */
  zap: string | null;
}

/** A Zap that is switched on: its URL, and the events it wants. */
export interface Subscription extends NewSubscription {
  /** Names the Zap's URL in deliveries: the same for each subscription with the same URL. */
  slot: string;
  /** Of this subscription only. */
  id: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

const PREFIX = 'hook:';

/** Facts of the deliveries to single Zaps: when each got its last event. */
export const LAST_EVENT = 'last:';

type SubscriptionLedger = Pick<Ledger, 'recall' | 'recallAll' | 'remember'>;

/** The Zaps that are switched on, kept in the ledger. Every method may reject with a StorageError. */
export class Subscriptions {
  readonly #ledger: SubscriptionLedger;
  readonly #access: Pick<ZapierAccess, 'isValid'>;

  constructor(ledger: SubscriptionLedger, access: Pick<ZapierAccess, 'isValid'>) {
    this.#ledger = ledger;
    this.#access = access;
  }

  /**
   * Keeps a subscription. It replaces an earlier one to the same URL, and what waits for that one is still sent. Gives
   * its id.
   */
  async add(subscription: NewSubscription, now: number): Promise<string> {
    const slot = createHash('sha256').update(subscription.targetUrl).digest('hex').slice(0, 24);
    const createdAt = (await this.find(slot))?.createdAt ?? now;
    const id = `${slot}${randomBytes(6).toString('hex')}`;
    await this.#ledger.remember(ZAPIER, {
      [PREFIX + slot]: JSON.stringify({ ...subscription, id, createdAt }),
    });
    return id;
  }

  /** Ends a subscription, but not a newer one with the same URL. Gives whether it was there. */
  async remove(id: string): Promise<boolean> {
    const slot = id.slice(0, 24);
    const known = (await this.#kept(slot))?.id === id;
    if (known) {
      await this.#ledger.remember(ZAPIER, { [PREFIX + slot]: '' });
    }
    return known;
  }

  /** The subscription with a slot; null if there is none, or its key is not valid anymore. */
  async find(slot: string): Promise<Subscription | null> {
    const kept = await this.#kept(slot);
    return kept !== null && (await this.#access.isValid(kept.keyId)) ? kept : null;
  }

  /** All that are valid. */
  async all(): Promise<Subscription[]> {
    const kept = await this.#all();
    const valid = new Map<string, boolean>();
    for (const keyId of new Set(kept.map((each) => each.keyId))) {
      valid.set(keyId, await this.#access.isValid(keyId));
    }
    return kept.filter(({ keyId }) => valid.get(keyId));
  }

  /** Ends all that were made with a key. Gives how many. */
  async removeOf(keyId: string): Promise<number> {
    const own = (await this.#all()).filter((each) => each.keyId === keyId);
    for (const { slot } of own) {
      await this.#ledger.remember(ZAPIER, { [PREFIX + slot]: '' });
    }
    return own.length;
  }

  /** When each slot got its last event, milliseconds since 1970. */
  async lastEvents(): Promise<Map<string, number>> {
    const facts = await this.#ledger.recallAll(ZAPS, LAST_EVENT);
    return new Map(Object.entries(facts).map(([fact, at]) => [fact.slice(LAST_EVENT.length), Number(at)]));
  }

  async #kept(slot: string): Promise<Subscription | null> {
    const kept = await this.#ledger.recall(ZAPIER, PREFIX + slot);
    return kept ? subscriptionOf(slot, kept) : null;
  }

  async #all(): Promise<Subscription[]> {
    const kept = await this.#ledger.recallAll(ZAPIER, PREFIX);
    return Object.entries(kept)
      .filter(([, value]) => value !== '')
      .map(([fact, value]) => subscriptionOf(fact.slice(PREFIX.length), value));
  }
}

function subscriptionOf(slot: string, kept: string): Subscription {
  const { subject, filter, ...fields } = JSON.parse(kept);
  return {
    ...fields,
    slot,
    subject: isSubject(subject) ? subject : 'events',
    filter: readZapierFilter(filter),
  };
}
