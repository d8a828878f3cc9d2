import TinyQueue from 'tinyqueue';

/** A delivery that is not finished, or was until just now. Times are milliseconds since 1970. */
export interface OpenDelivery {
  id: number;
  destination: string;
  lane: string;
  state: 'waiting' | 'ready' | 'running' | 'finished';
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
  readonly #destinations = new Map<string, OpenAtDestination>();
  /** Those of which an attempt is under way, by id. */
  readonly #running = new Map<number, OpenDelivery>();

  /** The delivery of this id, where an attempt of it is under way. */
  running(id: number): OpenDelivery | undefined {
    return this.#running.get(id);
  }

  /** All of which an attempt is under way. */
  allRunning(): OpenDelivery[] {
    return [...this.#running.values()];
  }

  /** The last in a lane; undefined where the lane is empty. */
  last(destination: string, lane: string): OpenDelivery | undefined {
    return this.#destinations.get(destination)?.lanes.get(lane)?.at(-1);
  }

  /** Adds a delivery at its place in its lane: by id, which counts up in the order of acceptance. */
  add(delivery: OpenDelivery): void {
    const { lanes } = this.#at(delivery.destination);
    const lane = lanes.get(delivery.lane);
    if (lane === undefined) {
      lanes.set(delivery.lane, [delivery]);
    } else if ((lane.at(-1) as OpenDelivery).id < delivery.id) {
      lane.push(delivery);
    } else {
      lane.splice(lane.findLastIndex(({ id }) => id < delivery.id) + 1, 0, delivery);
    }
    if (delivery.state === 'running') {
      this.#running.set(delivery.id, delivery);
    }
    this.#offer(delivery);
  }

  /** Takes a finished delivery out. Gives the next of its lane, where that has to become ready. */
  remove(delivery: OpenDelivery): OpenDelivery | undefined {
    this.#running.delete(delivery.id);
    const { lanes } = this.#at(delivery.destination);
    const lane = lanes.get(delivery.lane) ?? [];
    lane.splice(lane.indexOf(delivery), 1);
    if (lane.length === 0) {
      lanes.delete(delivery.lane);
    }
    const wasWaiting = delivery.state === 'waiting';
    delivery.state = 'finished';
    return wasWaiting ? undefined : lane[0];
  }

  /** Makes a delivery ready at a time. */
  ready(delivery: OpenDelivery, dueAt: number): void {
    this.#running.delete(delivery.id);
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
      this.#running.set(delivery.id, delivery);
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
    const { due: queue } = this.#at(destination);
    for (let due = queue.peek(); due !== undefined; due = queue.peek()) {
      if (due.delivery.state === 'ready' && due.delivery.dueAt === due.dueAt) {
        return due;
      }
      queue.pop();
    }
    return undefined;
  }

  #offer(delivery: OpenDelivery): void {
    if (delivery.state === 'ready') {
      this.#at(delivery.destination).due.push({ dueAt: delivery.dueAt, delivery });
    }
  }

  #at(destination: string): OpenAtDestination {
    let open = this.#destinations.get(destination);
    if (open === undefined) {
      open = { lanes: new Map(), due: new TinyQueue<Due>([], earlier) };
      this.#destinations.set(destination, open);
    }
    return open;
  }
}

interface OpenAtDestination {
  /** In the order of acceptance. */
  lanes: Map<string, OpenDelivery[]>;
  due: TinyQueue<Due>;
}

function earlier(one: Due, other: Due): number {
  return one.dueAt - other.dueAt || one.delivery.id - other.delivery.id;
}
