import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { describeFaults } from '../config/load.ts';
import { openDocuments } from '../config/stored/documents.ts';
import type { SettingsKey } from '../config/stored/settings-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import { type Generation, type GenerationServices, openGeneration, retire } from './generation.ts';

/** How often a process checks whether another one changed the settings, milliseconds. */
const LOOK_MS = 2_000;

export interface GenerationsServices extends GenerationServices {
  ledger: Ledger;
  key: SettingsKey;
  log: Logger;
  /** Makes a generation the one that works, before the one that it replaces is retired. */
  onChange(next: Generation, previous: Generation): Promise<void>;
}

/**
 * The generation that works now. Changes come one after the other: those that are made here, and those that other
 * processes made, which this one finds in the ledger.
 */
export class Generations {
  readonly #services: GenerationsServices;
  #current: Generation;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Why the newest settings cannot be used in this process; null if they are. */
  #problem: string | null = null;

  constructor(first: Generation, services: GenerationsServices) {
    this.#current = first;
    this.#services = services;
  }

  get current(): Generation {
    return this.#current;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /**
   * Changes the settings: opens what is new, then writes, then switches. If something cannot be opened, or the write
   * rejects or gives false, nothing changes. Gives what the write gave.
   */
  change(configuration: Configuration, write: () => Promise<boolean>): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#closed) {
        throw new Error('The receiver is stopping. Change it after it has started again.');
      }
      const { inUse } = this.#services;
      const next = await openGeneration(configuration, this.#current, this.#services, true);
      let written = false;
      try {
        written = await write();
      } finally {
        if (!written) {
          await retire(next, this.#current, inUse);
        }
      }
      if (written) {
        await this.#switch(next);
      }
      return written;
    });
  }

  /** Checks for changes of other processes from now on: those on a database share what is set in the console. */
  watch(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.#inTurn(() => this.#look());
      } catch (error) {
        const what = 'the settings of the console cannot be taken over; trying again';
        this.#services.log.error({ err: error }, what);
        this.#problem = `${(error as Error).message} This process goes on with the settings before.`;
      }
      if (!this.#closed) {
        this.watch();
      }
    }, LOOK_MS).unref();
  }

  /** Takes no more changes. Resolves when one in progress has ended. */
  async end(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  /** Closes the current generation. */
  async close(): Promise<void> {
    await this.end();
    await retire(this.#current, null, this.#services.inUse);
  }

  async #look(): Promise<void> {
    const { ledger, key, log } = this.#services;
    const { configuration } = this.#current;
    if (this.#closed) {
      return;
    }
    if ((await ledger.settings.revision()) === configuration.stored.revision) {
      this.#problem = null;
      return;
    }
    const stored = openDocuments(await ledger.settings.read(), key);
    const loaded = configuration.withStored(stored);
    if (!loaded.ok) {
      const problem = describeFaults(loaded.faults, 'this process goes on with the ones before');
      if (problem !== this.#problem) {
        log.error(`The settings were changed in the console of another process. ${problem}`);
      }
      this.#problem = problem;
      return;
    }
    await this.#switch(await openGeneration(loaded.configuration, this.#current, this.#services, false));
    log.info({ revision: stored.revision }, 'took over the settings that were changed in another process');
  }

  async #switch(next: Generation): Promise<void> {
    const previous = this.#current;
    this.#current = next;
    this.#problem = null;
    try {
      await this.#services.onChange(next, previous);
    } catch (error) {
      this.#services.log.error({ err: error }, 'a part of the receiver still has the settings before');
    }
    await retire(previous, next, this.#services.inUse);
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }
}
