import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { checkSpreadsheet } from './check.ts';
import type { SheetsClient } from './client.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { type Failure, failureOutcome, isFailure, readFailure } from './failure.ts';
import { accountQuota, type Quota } from './quota.ts';
import { type Row, renderRows, type Zones } from './render.ts';
import type { SheetsSettings } from './settings.ts';
import { Spreadsheet, type TabRows } from './spreadsheet.ts';

interface Connection {
  client: SheetsClient;
  spreadsheet: Spreadsheet;
}

interface Waiting {
  message: Message;
  uncertain: boolean;
  /** The row is there, and only what has become known since is written. */
  completes: boolean;
  resolve(outcome: Outcome): void;
  /** For a fault in the program alone. */
  reject(fault: unknown): void;
}

/** So many messages go in one write at most: about 1 MB, under the 2 MB that Google recommends. */
const BATCH_MESSAGES = 500;

/** A row that did not get its turn asks again after this time, in milliseconds. */
const TURN_DELAY_MS = 2_000;

/**
 * Opens a Google Sheets destination.
 *
 * A row is found again by its event's key in a column of its own, hidden unless a person chooses to see it.
 * Developer metadata on the row would be the other way. Both stay right when people sort, insert, move and
 * delete rows (test/receivers/destinations/sheets/identity.test.ts tries them side by side). But the
 * metadata of one tab may hold 30,000 characters in all
 * (https://developers.google.com/workspace/sheets/api/guides/metadata), which are full after some 700
 * events, and then every further row is refused; and it is lost when a tab is copied or exported. A column
 * has no such end, and a person can see and repair it.
 */
export function openSheets(settings: SheetsSettings, services: Services): Destination {
  const read = readCredentials(settings.serviceAccountKey, services.setting);
  if (!read.ok) {
    return unusable(read.reason);
  }
  return new SheetsDestination(settings, services, read.credentials);
}

function unusable(reason: string): Destination {
  const checkHere = (): Check[] => [
    { what: 'Google service account', state: 'fault', finding: reason, fix: null },
  ];
  return {
    send: async () => ({ type: 'dead', reason }),
    check: async () => checkHere(),
    checkHere,
    close: async () => {},
  };
}

class SheetsDestination implements Destination {
  readonly #settings: SheetsSettings;
  readonly #services: Services;
  readonly #credentials: Credentials;
  readonly #quota: { read: Quota; write: Quota };
  #connected: Promise<Connection> | null = null;
  readonly #closing = new AbortController();
  readonly #underWay = new Map<string, Promise<Outcome>>();
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(settings: SheetsSettings, services: Services, credentials: Credentials) {
    this.#settings = settings;
    this.#services = services;
    this.#credentials = credentials;
    const account = `${credentials.email} ${settings.apiRootUrl ?? ''}`;
    this.#quota = accountQuota(account, settings.writesPerMinute, services);
  }

  send(message: Message, attempt: Attempt): Promise<Outcome> {
    return this.#bring(message, attempt, false);
  }

  /** Fills in what the row lacks, and brings the experience's row up to date. */
  complete(message: ExperienceMessage, attempt: Attempt): Promise<Outcome> {
    return this.#bring(message, { ...attempt, uncertain: true }, true);
  }

  /** The first row goes at once; rows that come while a write is under way go together in the next. */
  async #bring(message: Message, attempt: Attempt, completes: boolean): Promise<Outcome> {
    let outcome = this.#underWay.get(message.key);
    if (outcome === undefined) {
      outcome = new Promise<Outcome>((resolve, reject) => {
        this.#waiting.push({ message, uncertain: attempt.uncertain, completes, resolve, reject });
      }).finally(() => this.#underWay.delete(message.key));
      this.#underWay.set(message.key, outcome);
      this.#writing ??= this.#writeWaiting().finally(() => {
        this.#writing = null;
      });
    }
    return this.#orAborted(message.key, outcome, attempt.signal);
  }

  async check(): Promise<Check[]> {
    const { client } = await this.#connect();
    return checkSpreadsheet(client, this.#settings, this.#credentials.email, this.#services.setting);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connected = await this.#connected;
    connected?.client.close();
    await this.#writing;
  }

  /** Loads Google's client, the heaviest of all, only once it is needed. */
  #connect(): Promise<Connection> {
    this.#connected ??= import('./client.ts').then(({ openClient }) => {
      const client = openClient(this.#credentials, this.#settings.apiRootUrl);
      return { client, spreadsheet: new Spreadsheet(client, this.#settings.spreadsheetId, this.#quota) };
    });
    return this.#connected;
  }

  async #orAborted(key: string, outcome: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    const aborted = Promise.withResolvers<Outcome>();
    const abort = (): void => {
      const waiting = this.#waiting.find(({ message }) => message.key === key);
      if (waiting === undefined) {
        const reason = 'Google has not answered in time. The row may be there all the same.';
        aborted.resolve({ type: 'retry', reason, uncertain: true });
        return;
      }
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      waiting.resolve({
        type: 'retry',
        reason: 'The row was still waiting for its turn within Google’s quota of calls a minute.',
        rateLimited: true,
        delayMs: TURN_DELAY_MS,
      });
    };
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([outcome, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#quota.read.ready(this.#closing.signal);
        await this.#quota.write.ready(this.#closing.signal);
      } catch {
        for (const { resolve } of this.#waiting.splice(0)) {
          resolve({ type: 'retry', reason: 'The receiver was stopped before the row was written.' });
        }
        return;
      }
      const batch = this.#waiting.splice(0, BATCH_MESSAGES);
      try {
        await this.#writeBatch(await this.#connect(), batch);
      } catch (fault) {
        for (const { reject } of batch) {
          reject(fault);
        }
      }
    }
  }

  /**
   * Writes the messages together. A batch that Google refuses is tried anew, in halves where it can be
   * halved: a person may have removed a tab meanwhile, and no message may spoil its neighbours.
   */
  async #writeBatch(connection: Connection, batch: readonly Waiting[], again = false): Promise<void> {
    const failure = await this.#tryBatch(connection.spreadsheet, batch);
    if (failure === null) {
      return;
    }
    connection.spreadsheet.forget();
    if (failure.kind === 'invalid' && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await this.#writeBatch(connection, batch.slice(0, middle));
      await this.#writeBatch(connection, batch.slice(middle));
    } else if (!again && (failure.kind === 'invalid' || failure.kind === 'token refused')) {
      connection.client.renewToken();
      await this.#writeBatch(connection, batch, true);
    } else {
      this.#services.log.debug({ reason: failure.reason, rows: batch.length }, 'rows were not written');
      for (const { resolve } of batch) {
        resolve(failureOutcome(failure));
      }
    }
  }

  #rowsOf({ message, completes }: Waiting, zones: Zones): Row[] {
    const rows = renderRows(message, this.#settings, zones);
    return completes
      ? rows.map((row) => (row.mode === 'append' ? { ...row, mode: 'refresh' as const } : row))
      : rows;
  }

  /** Writes the messages together and resolves them; gives the failure where Google or the network fails. */
  async #tryBatch(spreadsheet: Spreadsheet, batch: readonly Waiting[]): Promise<Failure | null> {
    const { signal } = this.#closing;
    let call: 'read' | 'write' = 'read';
    try {
      const timeZone = await spreadsheet.timeZone(signal);
      const zones = { shown: this.#settings.timeZone ?? timeZone, spreadsheet: timeZone };
      const rowsOf = new Map(batch.map((each) => [each, this.#rowsOf(each, zones)]));
      const wanted = groupByTab(rowsOf);
      const tabs = await spreadsheet.read(wanted, signal);
      call = 'write';
      const answer = await spreadsheet.write(wanted, tabs, signal);
      const there = new Set(tabs.flatMap((tab) => [...(tab?.identities?.keys() ?? [])]));
      for (const each of batch) {
        const written = (rowsOf.get(each) ?? []).length > 0;
        each.resolve(doneOutcome(!each.completes && there.has(each.message.key), written, answer));
      }
      return null;
    } catch (thrown) {
      if (!isFailure(thrown)) {
        throw thrown;
      }
      return readFailure(thrown, call, this.#credentials.email, this.#services.setting);
    }
  }
}

function groupByTab(rowsOf: ReadonlyMap<Waiting, ReturnType<typeof renderRows>>): TabRows[] {
  const tabs = new Map<string, TabRows>();
  for (const [{ uncertain }, rows] of rowsOf) {
    for (const row of rows) {
      const title = row.tab;
      const tab = tabs.get(title.toLowerCase()) ?? { title, rows: [], lookUp: false };
      tabs.set(title.toLowerCase(), tab);
      tab.rows.push(row);
      tab.lookUp ||= uncertain || row.mode === 'keep';
    }
  }
  return [...tabs.values()];
}

function doneOutcome(there: boolean, written: boolean, answer: string): Outcome {
  const told = answer === '' ? {} : { answer: answer.slice(0, 1_024) };
  if (there) {
    return { type: 'done', note: 'The row was there already; it was not written again.', ...told };
  }
  return written ? { type: 'done', ...told } : { type: 'done', note: 'The tab for reports is switched off.' };
}
