import { pino } from 'pino';
import type { DestinationHealth, Settlement } from '../../../receivers/contract/delivery.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { createAttempt } from '../../../receivers/delivery/attempt.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import { ZapierAccess } from '../../../receivers/zapier/access.ts';
import { ZapierKeys } from '../../../receivers/zapier/keys.ts';
import { ZAPS } from '../../../receivers/zapier/names.ts';
import { type NewSubscription, Subscriptions } from '../../../receivers/zapier/subscriptions.ts';
import { openZapier, type Zapier } from '../../../receivers/zapier/zapier.ts';
import type { Action } from '../../../shared/events.ts';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import { readZapierFilter } from '../../../shared/zapier-filter.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../../fakes/zapier-hooks.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { samplePayload } from '../../fixtures/messages.ts';

/** The outcome of an attempt, as it is written. */
interface Settled {
  destination: string;
  settlement: Settlement;
}

const API_KEY = 'a key of the settings';
const SOURCE = { name: 'default', title: 'Alpine Goods', organizationId: null };

/** Zapier's part of the receiver on a ledger of its own, with the queue that makes its deliveries. */
export class ZapierDesk {
  readonly hooks: FakeZapierHooks;
  readonly ledger: Ledger;
  readonly zapier: Zapier;
  readonly subscriptions: Subscriptions;
  readonly access: ZapierAccess;
  readonly keys: ZapierKeys;
  readonly #remove: () => Promise<void>;
  readonly #settled: Settled[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(hooks: FakeZapierHooks, ledger: Ledger, zapier: Zapier, remove: () => Promise<void>) {
    this.hooks = hooks;
    this.ledger = ledger;
    this.#remove = remove;
    this.keys = new ZapierKeys(ledger);
    this.access = new ZapierAccess(API_KEY, this.keys);
    this.subscriptions = new Subscriptions(ledger, this.access);
    this.zapier = zapier;
  }

  /** Opens it; deliveries are made from now on. */
  static async open(): Promise<ZapierDesk> {
    const { ledger, remove } = await emptyLedger();
    const settings = {
      apiKey: API_KEY,
      targetHosts: ['127.0.0.1'],
      waitForWhoMs: 0,
      burstMs: 0,
      addresses: INTELLIGEMS_ADDRESSES,
    };
    const zapier = await openZapier(settings, ledger, [SOURCE], new Set());
    const desk = new ZapierDesk(await startFakeZapierHooks(), ledger, zapier, remove);
    const { destinations } = desk.zapier;
    await ledger.queue.start({
      destinations,
      health: circuitBreaker({ failures: 3, firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 }),
      onError: () => {},
      attempt: createAttempt(
        {
          retry: { maxAttempts: 8, firstRetryMs: 20, factor: 2, giveUpAfterMs: 3_600_000 },
          timeoutMs: 20_000,
          links: { addresses: INTELLIGEMS_ADDRESSES, publicUrl: null },
          dropBookkeeping: false,
        },
        {
          ledger,
          resultsOf: async () => null,
          healthOf: async () => null,
          requestsOf: async () => [],
          destinations: new Map(destinations.map((each) => [each.name, each])),
          log: pino({ enabled: false }),
          now: Date.now,
          random: Math.random,
          observe: (destination, settlement) => desk.#record({ destination, settlement }),
        },
      ),
    });
    return desk;
  }

  async close(): Promise<void> {
    await this.ledger.queue.stop(1_000);
    await this.#remove();
    await this.hooks.close();
  }

  /** Switches a Zap on; gives the id of its subscription. */
  subscribe(zap: string, actions: readonly Action[] = [], now = 0): Promise<string> {
    return this.add({ targetUrl: this.hooks.urlOf(zap), filter: readZapierFilter({ actions }) }, now);
  }

  /** Adds a subscription of the settings' key for the source `default`, by default. */
  add(fields: Partial<NewSubscription> & Pick<NewSubscription, 'targetUrl'>, now: number): Promise<string> {
    const subscription: NewSubscription = {
      subject: 'events',
      filter: readZapierFilter({}),
      source: SOURCE.name,
      organizationId: null,
      keyId: String(this.access.settingsKeyId),
      trigger: null,
      zap: null,
      ...fields,
    };
    return this.subscriptions.add(subscription, now);
  }

  /** Accepts an event of an experience, of its own time; gives its key. */
  async accept(action: Action = 'startExperience', id = 'an-experience'): Promise<string> {
    const payload = samplePayload('start');
    const body = Buffer.from(
      JSON.stringify({ ...payload, action, experience: { ...payload.experience, id, name: id } }),
    );
    const receivedAt = Date.now();
    const event = newEvent(
      { body, headers: {}, source: SOURCE.name, origin: 'webhook', receivedAt },
      this.zapier.plan,
    );
    await this.ledger.accept(event);
    return event.key;
  }

  /** Resolves with the nth attempt of a destination (a Zap's, unless said) that ends in a state. */
  async ended(state: Settlement['state'], destination = ZAPS, nth = 1): Promise<Settlement> {
    for (;;) {
      const found = this.#settled.filter(
        (each) => each.destination === destination && each.settlement.state === state,
      );
      const last = found[nth - 1];
      if (last !== undefined) {
        return last.settlement;
      }
      await this.#changed.promise;
    }
  }

  /** How Zaps as a whole fare, after everything under way has been written. Nothing is delivered any more. */
  async health(): Promise<DestinationHealth | undefined> {
    await this.ledger.queue.stop(1_000);
    return (await this.ledger.health()).find(({ destination }) => destination === ZAPS);
  }

  /** The events that a Zap has caught: what happened to which experience. */
  caughtBy(zap: string): string[] {
    return this.hooks.of(zap).map(({ content }) => {
      const { action_type, experience_id } = JSON.parse(content);
      return `${action_type} ${experience_id}`;
    });
  }

  #record(settled: Settled): void {
    this.#settled.push(settled);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
