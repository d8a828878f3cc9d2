import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { checkSpreadsheet } from './check.ts';
import type { SheetsClient } from './client.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { Job } from './job.ts';
import { accountQuota, type Quota } from './quota.ts';
import type { SheetsSettings } from './settings.ts';
import { Spreadsheet } from './spreadsheet.ts';
import { inTurn } from './turns.ts';
import { Writer } from './writer.ts';

interface Connection {
  client: SheetsClient;
  writer: Writer;
}

/** The most messages in one write: about 1 MB, below the 2 MB that Google recommends. */
const BATCH_MESSAGES = 500;

/**
 * Opens a Google Sheets destination.
 *
 * A row is found again by its event's key in a column of its own, hidden unless a person chooses to show it. The
 * other way would be developer metadata on the row. Both stay right when people sort, insert, move and delete rows
 * (test/receivers/destinations/sheets/identity.test.ts tries them side by side). But all metadata of one tab may hold
 * 30,000 characters (https://developers.google.com/workspace/sheets/api/guides/metadata), which is full after some 700
 * events; then every further row is refused. It is also lost when a tab is copied or exported. A column has no such
 * limit, and a person can see and repair it.
 */
export function openSheets(settings: SheetsSettings, services: Services): Destination {
  const read = readCredentials(settings.serviceAccountKey);
  if (!read.ok) {
    throw new Error(read.reason);
  }
  return new SheetsDestination(settings, services, read.credentials);
}

class SheetsDestination implements Destination {
  readonly #settings: SheetsSettings;
  readonly #services: Services;
  readonly #credentials: Credentials;
  readonly #quota: { read: Quota; write: Quota };
  #connected: Promise<Connection> | null = null;
  readonly #closing = new AbortController();
  #queue: Job[] = [];
  #writing: Promise<void> | null = null;

  constructor(settings: SheetsSettings, services: Services, credentials: Credentials) {
    this.#settings = settings;
    this.#services = services;
    this.#credentials = credentials;
    const account = `${credentials.email} ${settings.apiRootUrl ?? ''}`;
    this.#quota = accountQuota(account, settings.writesPerMinute, services.sharers);
  }

  send(message: Message, attempt: Attempt): Promise<Outcome> {
    return this.#write(message, attempt, false);
  }

  /** Fills in what the row lacks, and updates the experience's row. */
  complete(message: ExperienceMessage, attempt: Attempt): Promise<Outcome> {
    return this.#write(message, attempt, true);
  }

  async check(): Promise<Check[]> {
    const { client } = await this.#connect();
    return checkSpreadsheet(client, this.#settings, this.#credentials.email, this.#services.setting);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const connected = await this.#connected;
    await connected?.client.close();
    await this.#writing;
  }

  /** The first row goes at once; rows that come during a write go together in the next. */
  #write(message: Message, attempt: Attempt, completes: boolean): Promise<Outcome> {
    const job = new Job(message, attempt, completes);
    this.#queue.push(job);
    this.#writing ??= this.#writeQueue().finally(() => {
      this.#writing = null;
    });
    return job.outcome;
  }

  /** Loads Google's client, the heaviest of all, only once it is needed. */
  #connect(): Promise<Connection> {
    this.#connected ??= import('./client.ts').then(({ openClient }) => {
      const client = openClient(this.#credentials, this.#settings.apiRootUrl);
      const spreadsheet = new Spreadsheet(client, this.#settings.spreadsheetId, this.#quota);
      const writer = new Writer(client, spreadsheet, this.#settings, this.#services, this.#credentials);
      return { client, writer };
    });
    return this.#connected;
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.some((job) => job.isOpen)) {
      try {
        await this.#quota.read.ready(this.#closing.signal);
        await this.#quota.write.ready(this.#closing.signal);
      } catch {
        for (const job of this.#queue.splice(0)) {
          job.settle({ type: 'retry', reason: 'The receiver was stopped before the row was written.' });
        }
        return;
      }
      const open = this.#queue.filter((job) => job.isOpen);
      const batch = open.slice(0, BATCH_MESSAGES);
      this.#queue = open.slice(BATCH_MESSAGES);
      try {
        const { writer } = await this.#connect();
        await inTurn(this.#settings.spreadsheetId, () => writer.write(batch, this.#closing.signal));
      } catch (fault) {
        for (const job of batch) {
          job.fail(fault);
        }
      }
    }
    this.#queue = [];
  }
}
