import type { DeliveryQueue } from './delivery.ts';
import type { Accepted, NewDelivery, NewEvent } from './event.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { SettingsStore } from './settings-store.ts';

/** The storage refused or cannot be reached: the sender is answered 503 and tries again. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** The name under which the ledger keeps what the vendor's change log said about updates, by the keys of their events. */
export const CHANGE_LOG = 'change-log';

/** How far this host's clock is from another. */
export interface ClockDifference {
  /** Milliseconds that this host's clock is ahead; negative if it is behind. */
  aheadMs: number;
  /** What it was compared with, as in “compared with the database”. */
  comparedWith: string;
}

/** A durable record of events, deliveries and attempts. Every method may reject with {@link StorageError}. */
export interface Ledger extends LedgerReader {
  readonly queue: DeliveryQueue;
  /** What was set in the console. */
  readonly settings: SettingsStore;
  /** Resolves after the event and its deliveries are on disk, or were there before under the same key. */
  accept(event: NewEvent): Promise<Accepted>;
  /** Resolves if a write would succeed now. */
  probe(): Promise<void>;
  /** What a person should know about the storage though it works, in sentences: that events are missing, for example. */
  readonly warnings: readonly string[];
  /** Null if there is nothing to compare with. Small differences are normal. */
  clockDifference(): Promise<ClockDifference | null>;
  recall(destination: string, key: string): Promise<string | null>;
  /** All facts of a destination whose key begins with `prefix`, by their keys. */
  recallAll(destination: string, prefix: string): Promise<Record<string, string>>;
  remember(destination: string, facts: Record<string, string>): Promise<void>;
  /** Records who caused an event, once that is known. */
  nameTrigger(eventKey: string, email: string): Promise<void>;
  /** Makes dead letters ready again; `ids` from {@link LedgerReader.deliveries}. Gives how many. */
  reviveDeadLetters(ids: readonly number[]): Promise<number>;
  dismissDeadLetters(ids: readonly number[]): Promise<number>;
  /**
   * Makes a delivery due now that is ready and waits for its time. Gives whether there was one: nothing changes for a
   * delivery that is in progress, finished, or behind another one in its order.
   */
  deliverNow(id: number): Promise<boolean>;
  /**
   * Sends an event to a destination once more, as a new delivery. Gives its id, or null for an unknown event.
   *
   * @param orderingKey deliveries of that destination with the same key stay in order; without one, those of the
   *   event's experience
   */
  sendAgain(eventKey: string, delivery: NewDelivery, orderingKey?: string): Promise<number | null>;
  /**
   * Removes at most `limit` events, oldest first, that were received before `before` and have nothing open or dead. Their
   * facts under {@link CHANGE_LOG} go with them.
   */
  prune(before: number, limit: number): Promise<number>;
  /**
   * Removes an experience with its events and deliveries, dead letters too, if it has only test events and none of its
   * deliveries is open. Gives whether it did.
   */
  removeTestExperience(source: string, experienceId: string): Promise<boolean>;
  /** Ends a destination's pause. */
  resume(destination: string): Promise<void>;
  close(): Promise<void>;
}
