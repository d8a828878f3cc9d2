import TinyQueue from 'tinyqueue';

/** A delivery that is not finished, or was until just now. */
export interface OpenDelivery {
  id: number;
  destination: string;
  orderingKey: string;
  state: 'waiting' | 'ready' | 'running' | 'finished';
  /** By the steady clock of this thread, milliseconds. */
  due: number;
  quietMs: number | null;
  /** When the burst it waits for began, milliseconds since 1970. */
  heldSince: number | null;
  /** No attempt was made yet. */
  untried: boolean;
}

interface Due {
  due: number;
  delivery: OpenDelivery;
}

/**
 * The open deliveries of a ledger, in memory: which is next for each ordering key, and what is due at each
 * destination. The rows on disk say the same; indexes of them there would cost more page writes per event than
 * everything else.
 */
export class OpenDeliveries {
  readonly #destinations = new Map<string, OpenAtDestination>();
  /** Those with an attempt in progress, by id. */
  readonly #running = new Map<number, OpenDelivery>();

  /** The delivery with this id if an attempt of it is in progress. */
  running(id: number): OpenDelivery | undefined {
    return this.#running.get(id);
  }

  allRunning(): OpenDelivery[] {
    return [...this.#running.values()];
  }

  /** The last delivery with an ordering key; undefined if none is open. */
  last(destination: string, orderingKey: string): OpenDelivery | undefined {
    return this.#destinations.get(destination)?.ordered.get(orderingKey)?.at(-1);
  }

  /** The open delivery with this id. */
  find(destination: string, orderingKey: string, id: number): OpenDelivery | undefined {
    return this.#destinations
      .get(destination)
      ?.ordered.get(orderingKey)
      ?.find((delivery) => delivery.id === id);
  }

  /** Adds a delivery behind the earlier ones with its ordering key. Ids count up in the order of acceptance. */
  add(delivery: OpenDelivery): void {
    const { ordered } = this.#at(delivery.destination);
    const line = ordered.get(delivery.orderingKey);
    if (line === undefined) {
      ordered.set(delivery.orderingKey, [delivery]);
    } else if ((line.at(-1) as OpenDelivery).id < delivery.id) {
      line.push(delivery);
    } else {
      line.splice(line.findLastIndex(({ id }) => id < delivery.id) + 1, 0, delivery);
    }
    if (delivery.state === 'running') {
      this.#running.set(delivery.id, delivery);
    }
    this.#offer(delivery);
  }

  /** Removes a finished delivery. Gives the next one with its ordering key if that one has to become ready. */
  remove(delivery: OpenDelivery): OpenDelivery | undefined {
    this.#running.delete(delivery.id);
    const { ordered } = this.#at(delivery.destination);
    const line = ordered.get(delivery.orderingKey) ?? [];
    line.splice(line.indexOf(delivery), 1);
    if (line.length === 0) {
      ordered.delete(delivery.orderingKey);
    }
    const wasWaiting = delivery.state === 'waiting';
    delivery.state = 'finished';
    return wasWaiting ? undefined : line[0];
  }

  /** Makes a delivery ready at a time of the steady clock. */
  ready(delivery: OpenDelivery, due: number): void {
    this.#running.delete(delivery.id);
    delivery.state = 'ready';
    delivery.due = due;
    this.#offer(delivery);
  }

  /** Takes up to `limit` deliveries that are due by `now`; they count as running from here on. */
  take(destination: string, now: number, limit: number): OpenDelivery[] {
    const taken: OpenDelivery[] = [];
    let next = this.#next(destination);
    while (next !== undefined && next.due <= now && taken.length < limit) {
      const { delivery } = next;
      delivery.state = 'running';
      delivery.untried = false;
      this.#running.set(delivery.id, delivery);
      taken.push(delivery);
      next = this.#next(destination);
    }
    return taken;
  }

  /** When the next delivery of a destination is due, by the steady clock; null if none is ready. */
  nextDue(destination: string): number | null {
    return this.#next(destination)?.due ?? null;
  }

  /** The next one due. Entries that changed since they entered the queue are skipped. */
  #next(destination: string): Due | undefined {
    const { queue } = this.#at(destination);
    for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
      if (next.delivery.state === 'ready' && next.delivery.due === next.due) {
        return next;
      }
      queue.pop();
    }
    return undefined;
  }

  #offer(delivery: OpenDelivery): void {
    if (delivery.state === 'ready') {
      this.#at(delivery.destination).queue.push({ due: delivery.due, delivery });
    }
  }

  #at(destination: string): OpenAtDestination {
    let open = this.#destinations.get(destination);
    if (open === undefined) {
      open = { ordered: new Map(), queue: new TinyQueue<Due>([], earlier) };
      this.#destinations.set(destination, open);
    }
    return open;
  }
}

interface OpenAtDestination {
  /** By ordering key, each in the order of acceptance. */
  ordered: Map<string, OpenDelivery[]>;
  queue: TinyQueue<Due>;
}

function earlier(one: Due, other: Due): number {
  return one.due - other.due || one.delivery.id - other.delivery.id;
}
