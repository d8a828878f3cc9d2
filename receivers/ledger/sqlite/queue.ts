import type { DeliveryQueue, DeliveryWork, DestinationHealth, Settlement } from '../../contract/delivery.ts';
import { attemptOnce } from '../attempt-once.ts';
import { newHealth } from '../health.ts';
import type { Claim, Operations } from './operations.ts';
import type { LedgerThread } from './thread.ts';

/** Another process (the command line) may have made deliveries due: look at least this often. */
const POLL_MS = 2_000;

/** How long to wait before an outcome that the storage refused is written again. */
const RECORD_AGAIN_MS = 1_000;

interface Lane {
  name: string;
  concurrency: number;
  running: number;
  /** When its next delivery is due, milliseconds; infinite for none. */
  nextDueAt: number;
  claiming: boolean;
  health: DestinationHealth;
}

/**
 * Hands out the due deliveries of one process. A delivery is marked as running, durably, before its
 * attempt starts: one that is found running at the next start may have arrived.
 */
export class SqliteQueue implements DeliveryQueue {
  readonly workers = 1;
  readonly #thread: LedgerThread<Operations>;
  readonly #readHealth: () => Promise<DestinationHealth[]>;
  readonly #underWay = new Set<Promise<void>>();
  /** The deliveries that were handed out and whose outcomes are not written yet. */
  readonly #handedOut = new Set<number>();
  /** A claim failed and may have been written all the same: what it marked as running is run by nobody. */
  #claimsLost = false;
  #work: DeliveryWork | null = null;
  #lanes = new Map<string, Lane>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(thread: LedgerThread<Operations>, readHealth: () => Promise<DestinationHealth[]>) {
    this.#thread = thread;
    this.#readHealth = readHealth;
  }

  async start(work: DeliveryWork): Promise<void> {
    await this.#thread.call('recover', []);
    const known = new Map((await this.#readHealth()).map((health) => [health.destination, health]));
    for (const { name, concurrency } of work.destinations) {
      const health = known.get(name) ?? newHealth(name);
      this.#lanes.set(name, { name, concurrency, running: 0, nextDueAt: 0, claiming: false, health });
    }
    this.#work = work;
    this.#claim();
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
    while (this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
    }
  }

  /** Tells that a destination has something due at this time, in milliseconds. */
  announce(destination: string, dueAt: number): void {
    const lane = this.#lanes.get(destination);
    if (lane !== undefined && dueAt < lane.nextDueAt) {
      lane.nextDueAt = dueAt;
      this.#claim();
    }
  }

  /** Tells that a person ended a destination's pause. */
  resumed(destination: string): void {
    const lane = this.#lanes.get(destination);
    if (lane !== undefined) {
      lane.health = { ...lane.health, pausedUntil: 0, pauseReason: null };
      lane.nextDueAt = 0;
      this.#claim();
    }
  }

  #claim(): void {
    if (this.#stopped || this.#work === null) {
      return;
    }
    if (this.#claimsLost) {
      this.#recover();
      return;
    }
    const now = Date.now();
    const requests: { destination: string; limit: number }[] = [];
    let wakeAt = now + POLL_MS;
    for (const lane of this.#lanes.values()) {
      const free = (lane.health.probing ? 1 : lane.concurrency) - lane.running;
      const claimableAt = Math.max(lane.nextDueAt, lane.health.pausedUntil);
      if (free <= 0 || lane.claiming) {
        continue;
      }
      if (claimableAt <= now) {
        lane.claiming = true;
        requests.push({ destination: lane.name, limit: free });
      } else {
        wakeAt = Math.min(wakeAt, claimableAt);
      }
    }
    if (requests.length > 0) {
      for (const { destination } of requests) {
        (this.#lanes.get(destination) as Lane).nextDueAt = Number.POSITIVE_INFINITY;
      }
      this.#track(this.#take(requests, now));
    }
    this.#wakeAt(wakeAt);
  }

  /** Makes ready what lost claims had marked as running; not while a claim is under way, whose marks are right. */
  #recover(): void {
    const lanes = [...this.#lanes.values()];
    if (lanes.some(({ claiming }) => claiming)) {
      return;
    }
    this.#claimsLost = false;
    for (const lane of lanes) {
      lane.claiming = true;
    }
    const ended = (): void => {
      for (const lane of lanes) {
        lane.claiming = false;
        lane.nextDueAt = 0;
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
        this.#wakeAt(Date.now() + POLL_MS);
      },
    );
    this.#track(recovered);
  }

  async #take(requests: { destination: string; limit: number }[], now: number): Promise<void> {
    let claim: Claim;
    try {
      claim = await this.#thread.call('claim', { requests, now });
    } catch (error) {
      this.#work?.onError(error as Error);
      this.#claimsLost = true;
      for (const { destination } of requests) {
        const lane = this.#lanes.get(destination) as Lane;
        lane.claiming = false;
        lane.nextDueAt = now + POLL_MS;
      }
      this.#wakeAt(now + POLL_MS);
      return;
    }
    for (const [destination, dueAt] of Object.entries(claim.nextDueAt)) {
      const lane = this.#lanes.get(destination) as Lane;
      lane.claiming = false;
      lane.nextDueAt = Math.min(lane.nextDueAt, dueAt ?? Number.POSITIVE_INFINITY);
    }
    for (const delivery of claim.claimed) {
      this.#track(this.#deliver(delivery));
    }
    this.#claim();
  }

  async #deliver(delivery: Claim['claimed'][number]): Promise<void> {
    const work = this.#work as DeliveryWork;
    const lane = this.#lanes.get(delivery.destination) as Lane;
    lane.running += 1;
    this.#handedOut.add(delivery.id);
    const claimed = { ...delivery, probe: lane.health.probing };
    const settlement = await attemptOnce(work, claimed, delivery.attempt);
    lane.health = work.health(lane.health, settlement.outcome, settlement.finishedAt);
    await this.#settle(delivery.id, settlement, lane, work);
    lane.running -= 1;
    this.#handedOut.delete(delivery.id);
    this.#claim();
  }

  /** Writes the outcome, and goes on trying until the ledger is closed: what was sent must not be sent again. */
  async #settle(id: number, settlement: Settlement, lane: Lane, work: DeliveryWork): Promise<void> {
    while (!this.#thread.closed) {
      try {
        const { health } = lane;
        const dueAt = await this.#thread.call('settle', { id, settlement, health });
        lane.nextDueAt = Math.min(lane.nextDueAt, dueAt ?? Number.POSITIVE_INFINITY);
        return;
      } catch (error) {
        work.onError(error as Error);
        await new Promise((resolve) => setTimeout(resolve, RECORD_AGAIN_MS));
      }
    }
  }

  #track(task: Promise<void>): void {
    this.#underWay.add(task);
    task.finally(() => this.#underWay.delete(task));
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
      Math.max(0, time - Date.now()),
    );
  }

  #poll(): void {
    const now = Date.now();
    for (const lane of this.#lanes.values()) {
      lane.nextDueAt = Math.min(lane.nextDueAt, now);
    }
    this.#claim();
  }
}
