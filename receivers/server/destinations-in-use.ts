import type { Destination, OpenDestination } from '../contract/destination.ts';

/** Counts who uses a destination, so that one that is replaced is closed when its last attempt has ended. */
export class DestinationsInUse {
  readonly #users = new Map<Destination, number>();
  readonly #retired = new Set<Destination>();
  readonly #onError: (error: Error) => void;

  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /** Does work with a destination, which stays open until it ends. */
  async during<Result>(destination: Destination | undefined, work: () => Promise<Result>): Promise<Result> {
    if (destination === undefined) {
      return work();
    }
    this.#users.set(destination, (this.#users.get(destination) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#users.get(destination) ?? 1) - 1;
      if (left > 0) {
        this.#users.set(destination, left);
      } else {
        this.#users.delete(destination);
        await this.#closeIfRetired(destination);
      }
    }
  }

  /** The same destination, which also stays open while it is checked. */
  counted(open: OpenDestination): OpenDestination {
    const { destination } = open;
    const check = destination.check.bind(destination);
    destination.check = () => this.during(destination, check);
    return open;
  }

  /** Closes a destination as soon as nobody uses it. Nothing new may begin with it. */
  async retire(destination: Destination): Promise<void> {
    this.#retired.add(destination);
    if (!this.#users.has(destination)) {
      await this.#closeIfRetired(destination);
    }
  }

  async #closeIfRetired(destination: Destination): Promise<void> {
    if (this.#retired.delete(destination)) {
      try {
        await destination.close();
      } catch (error) {
        this.#onError(error as Error);
      }
    }
  }
}
