import { SteadyClock } from '../../base/steady-clock.ts';
import {
  type DeliveryQueue,
  type DeliveryWork,
  type DestinationHealth,
  type LeftBehind,
  onlyAccepts,
  type ServedDestination,
  type Settlement,
} from '../../contract/delivery.ts';
import { attemptOnce } from '../attempt-once.ts';
import { newHealth } from '../health.ts';
import { applyRule, type ClockReading, healthAt, type KeptHealth, keepHealth, pauseMs } from '../pause.ts';
import type { Claim, ClaimRequest } from './claim.ts';
import type { Operations } from './operations.ts';
import type { LedgerThread } from './thread.ts';

/** Another process (the command line) may have made deliveries due: look at least this often. */
const POLL_MS = 2_000;

/** How long to wait before an outcome that the storage refused is written again. */
const RECORD_AGAIN_MS = 1_000;

/** What the queue knows about one destination. */
interface Served {
  name: string;
  concurrency: number;
  /** The settings do not name it: its deliveries are given up. */
  leftBehind: boolean;
  running: number;
  /** When its next delivery is due, by the steady clock; infinite for none. */
  nextDue: number;
  claiming: boolean;
  health: KeptHealth;
}

/**
 * Hands out the due deliveries of one process. A delivery is marked as running, durably, before its attempt starts:
 * one that is found running at the next start may have arrived.
 */
export class SqliteQueue implements DeliveryQueue {
  readonly workers = 1;
  readonly #thread: LedgerThread<Operations>;
  readonly #readHealth: () => Promise<DestinationHealth[]>;
  readonly #readOpen: () => Promise<LeftBehind[]>;
  readonly #clock = new SteadyClock();
  readonly #inProgress = new Set<Promise<void>>();
  /** The deliveries that were handed out and whose outcomes are not written yet. */
  readonly #handedOut = new Set<number>();
  /** A claim failed, and may have been written nevertheless: what it marked as running is not being attempted. */
  #claimsLost = false;
  #work: DeliveryWork | null = null;
  #served = new Map<string, Served>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(
    thread: LedgerThread<Operations>,
    readHealth: () => Promise<DestinationHealth[]>,
    readOpen: () => Promise<LeftBehind[]> = async () => [],
  ) {
    this.#thread = thread;
    this.#readHealth = readHealth;
    this.#readOpen = readOpen;
  }

  async start(work: DeliveryWork): Promise<void> {
    await this.#thread.call('recover', []);
    await this.#add(work.destinations, false);
    await this.#add(await this.#leftBehind(work), true);
    this.#work = work;
    this.#claim();
  }

  async serve(destinations: readonly ServedDestination[]): Promise<void> {
    await this.#add(destinations, false);
    const wanted = new Map(destinations.map(({ name, concurrency }) => [name, concurrency]));
    for (const served of this.#served.values()) {
      const concurrency = wanted.get(served.name);
      served.leftBehind &&= concurrency === undefined;
      served.concurrency = concurrency ?? (served.leftBehind ? served.concurrency : 0);
      served.nextDue = Math.min(served.nextDue, this.#clock.now());
    }
    this.#claim();
  }

  /** Adds those that are not known yet. */
  async #add(destinations: readonly ServedDestination[], leftBehind: boolean): Promise<void> {
    const known = new Map((await this.#readHealth()).map((health) => [health.destination, health]));
    for (const { name, concurrency } of destinations) {
      const health = keepHealth(known.get(name) ?? newHealth(name), this.#reading());
      const idle = { running: 0, nextDue: 0, claiming: false, health };
      if (!this.#served.has(name)) {
        this.#served.set(name, { name, concurrency, leftBehind, ...idle });
      }
    }
  }

  /** No other process delivers from here, so what this one does not have, none has. */
  async #leftBehind(work: DeliveryWork): Promise<DeliveryWork['destinations']> {
    if (onlyAccepts(work.destinations)) {
      return [];
    }
    const own = new Set(work.destinations.map(({ name }) => name));
    const left = (await this.#readOpen()).filter(
      ({ destination, open }) => open > 0 && !own.has(destination),
    );
    return left.map(({ destination, open }) => {
      work.onLeftBehind?.({ destination, open });
      return { name: destination, concurrency: 1 };
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#finished(), grace]);
    clearTimeout(timer);
  }

  async #finished(): Promise<void> {
    while (this.#inProgress.size > 0) {
      await Promise.all(this.#inProgress);
    }
  }

  /** Something of a destination is due in this many milliseconds. */
  announce(destination: string, inMs: number): void {
    const served = this.#served.get(destination);
    const due = this.#clock.now() + Math.max(0, inMs);
    if (served !== undefined && due < served.nextDue) {
      served.nextDue = due;
      this.#claim();
    }
  }

  /** A person ended a destination's pause. */
  resumed(destination: string): void {
    const served = this.#served.get(destination);
    if (served !== undefined) {
      const { health } = served.health;
      served.health = keepHealth({ ...health, pausedUntil: 0, pauseReason: null }, this.#reading());
      served.nextDue = 0;
      this.#claim();
    }
  }

  #reading(): ClockReading {
    return { wall: Date.now(), steady: this.#clock.now() };
  }

  #claim(): void {
    if (this.#stopped || this.#work === null) {
      return;
    }
    if (this.#claimsLost) {
      this.#recover();
      return;
    }
    const now = this.#clock.now();
    const requests: ClaimRequest[] = [];
    let wakeAt = now + POLL_MS;
    for (const served of this.#served.values()) {
      const { claiming, concurrency, health, name, nextDue, running } = served;
      const free = (health.health.probing ? Math.min(concurrency, 1) : concurrency) - running;
      const claimableAt = Math.max(nextDue, health.pauseEnds);
      if (free <= 0 || claiming) {
        continue;
      }
      if (claimableAt <= now) {
        served.claiming = true;
        served.nextDue = Number.POSITIVE_INFINITY;
        requests.push({ destination: name, limit: free });
      } else {
        wakeAt = Math.min(wakeAt, claimableAt);
      }
    }
    if (requests.length > 0) {
      this.#track(this.#take(requests));
    }
    this.#wakeAt(wakeAt);
  }

  /** Makes ready what lost claims had marked as running; not during a claim, whose marks are right. */
  #recover(): void {
    const all = [...this.#served.values()];
    if (all.some(({ claiming }) => claiming)) {
      return;
    }
    this.#claimsLost = false;
    for (const served of all) {
      served.claiming = true;
    }
    const ended = (): void => {
      for (const served of all) {
        served.claiming = false;
        served.nextDue = 0;
      }
    };
    const recovered = this.#thread.call('recover', [...this.#handedOut]).then(
      () => {
        ended();
        this.#claim();
      },
      (error: Error) => {
        ended();
        this.#claimsLost = true;
        this.#work?.onError(error);
        this.#wakeAt(this.#clock.now() + POLL_MS);
      },
    );
    this.#track(recovered);
  }

  async #take(requests: ClaimRequest[]): Promise<void> {
    let claim: Claim;
    try {
      claim = await this.#thread.call('claim', requests);
    } catch (error) {
      this.#work?.onError(error as Error);
      this.#claimsLost = true;
      const again = this.#clock.now() + POLL_MS;
      for (const { destination } of requests) {
        const served = this.#served.get(destination) as Served;
        served.claiming = false;
        served.nextDue = again;
      }
      this.#wakeAt(again);
      return;
    }
    for (const [destination, inMs] of Object.entries(claim.nextDueInMs)) {
      const served = this.#served.get(destination) as Served;
      served.claiming = false;
      this.#expect(served, inMs);
    }
    for (const delivery of claim.claimed) {
      this.#track(this.#deliver(delivery));
    }
    this.#claim();
  }

  async #deliver(delivery: Claim['claimed'][number]): Promise<void> {
    const work = this.#work as DeliveryWork;
    const served = this.#served.get(delivery.destination) as Served;
    served.running += 1;
    this.#handedOut.add(delivery.id);
    const claimed = { ...delivery, probe: served.health.health.probing };
    const settlement = await attemptOnce(work, claimed, delivery.attempt);
    served.health = applyRule(work.health, served.health, settlement.outcome, {
      wall: settlement.finishedAt,
      steady: this.#clock.now(),
    });
    await this.#settle(delivery.id, settlement, served, work);
    served.running -= 1;
    this.#handedOut.delete(delivery.id);
    this.#claim();
  }

  /** Writes the outcome, and keeps trying until the ledger is closed: what was sent must not be sent again. */
  async #settle(id: number, settlement: Settlement, served: Served, work: DeliveryWork): Promise<void> {
    while (!this.#thread.closed) {
      try {
        const reading = this.#reading();
        const health = healthAt(served.health, reading);
        const pause = pauseMs(health, reading.wall);
        const inMs = await this.#thread.call('settle', { id, settlement, health, pauseMs: pause });
        this.#expect(served, inMs);
        return;
      } catch (error) {
        work.onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, RECORD_AGAIN_MS));
      }
    }
  }

  #expect(served: Served, inMs: number | null): void {
    if (inMs !== null) {
      served.nextDue = Math.min(served.nextDue, this.#clock.now() + inMs);
    }
  }

  #track(task: Promise<void>): void {
    this.#inProgress.add(task);
    task.finally(() => this.#inProgress.delete(task));
  }

  #wakeAt(time: number): void {
    if (this.#stopped || (this.#timer !== null && this.#timerAt <= time)) {
      return;
    }
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    this.#timerAt = time;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#poll();
      },
      Math.max(0, time - this.#clock.now()),
    );
  }

  #poll(): void {
    const now = this.#clock.now();
    for (const served of this.#served.values()) {
      served.nextDue = Math.min(served.nextDue, now);
    }
    this.#claim();
  }
}
