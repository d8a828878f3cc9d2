import TinyQueue from 'tinyqueue';

/** A delivery that is not finished. Times are milliseconds since 1970. */
export interface OpenDelivery {
  id: number;
  destination: string;
  lane: string;
  state: 'waiting' | 'ready' | 'running';
  dueAt: number;
  quietMs: number | null;
  heldSince: number | null;
  /** No attempt was made yet. */
  untried: boolean;
}

interface Due {
  dueAt: number;
  delivery: OpenDelivery;
}

/**
 * The open deliveries of a ledger, in memory: who is next in each lane, and what is due at each destination.
 * The rows on disk say the same; keeping indexes of them there too would cost more page writes per event
 * than all else.
 */
export class OpenDeliveries {
  readonly #byId = new Map<number, OpenDelivery>();
  /** Per destination and lane, in the order of acceptance. */
  readonly #lanes = new Map<string, OpenDelivery[]>();
  readonly #due = new Map<string, TinyQueue<Due>>();

  get(id: number): OpenDelivery | undefined {
    return this.#byId.get(id);
  }

  /** The last in a lane; undefined where the lane is empty. */
  last(destination: string, lane: string): OpenDelivery | undefined {
    return this.#lanes.get(laneKey(destination, lane))?.at(-1);
  }

  /** Adds a delivery at its place in its lane: by id, which counts up in the order of acceptance. */
  add(delivery: OpenDelivery): void {
    this.#byId.set(delivery.id, delivery);
    const key = laneKey(delivery.destination, delivery.lane);
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      this.#lanes.set(key, [delivery]);
    } else {
      const after = lane.findLastIndex(({ id }) => id < delivery.id);
      lane.splice(after + 1, 0, delivery);
    }
    this.#offer(delivery);
  }

  /** Takes a finished delivery out. Gives the next of its lane, where that has to become ready. */
  remove(delivery: OpenDelivery): OpenDelivery | undefined {
    this.#byId.delete(delivery.id);
    const key = laneKey(delivery.destination, delivery.lane);
    const lane = this.#lanes.get(key) ?? [];
    lane.splice(lane.indexOf(delivery), 1);
    if (lane.length === 0) {
      this.#lanes.delete(key);
    }
    return delivery.state === 'waiting' ? undefined : lane[0];
  }

  /** Makes a delivery ready at a time. */
  ready(delivery: OpenDelivery, dueAt: number): void {
    delivery.state = 'ready';
    delivery.dueAt = dueAt;
    this.#offer(delivery);
  }

  /** Takes up to `limit` deliveries that are due by `now`; they count as running from here on. */
  take(destination: string, now: number, limit: number): OpenDelivery[] {
    const taken: OpenDelivery[] = [];
    let next = this.#next(destination);
    while (next !== undefined && next.dueAt <= now && taken.length < limit) {
      const { delivery } = next;
      delivery.state = 'running';
      delivery.untried = false;
      taken.push(delivery);
      next = this.#next(destination);
    }
    return taken;
  }

  /** When the next delivery of a destination is due; null where none is ready. */
  nextDueAt(destination: string): number | null {
    return this.#next(destination)?.dueAt ?? null;
  }

  /** The next that is due; what has changed since it was put into the queue is passed over. */
  #next(destination: string): Due | undefined {
    const queue = this.#due.get(destination);
    for (let due = queue?.peek(); due !== undefined; due = queue?.peek()) {
      const { delivery } = due;
      if (delivery.state === 'ready' && delivery.dueAt === due.dueAt && this.#byId.has(delivery.id)) {
        return due;
      }
      queue?.pop();
    }
    return undefined;
  }

  #offer(delivery: OpenDelivery): void {
    if (delivery.state !== 'ready') {
      return;
    }
    let queue = this.#due.get(delivery.destination);
    if (queue === undefined) {
      queue = new TinyQueue<Due>(
        [],
        (one, other) => one.dueAt - other.dueAt || one.delivery.id - other.delivery.id,
      );
      this.#due.set(delivery.destination, queue);
    }
    queue.push({ dueAt: delivery.dueAt, delivery });
  }
}

function laneKey(destination: string, lane: string): string {
  return `${destination}\n${lane}`;
}
