import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { ConnectionsClient } from './api-client.ts';

const TOKEN = 'the-token-of-the-tests';

/** What is closed after each test, the last one first. */
export const closing: (() => unknown)[] = [];

/** Closes what a test of this file has opened, and gives databases with an empty ledger. */
export function useStage(): { createDatabase(): Promise<string> } {
  let databases: LedgerDatabases;
  beforeAll(async () => {
    databases = await startLedgerDatabases();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) {
      await close();
    }
  });
  afterAll(() => databases.stop());
  return { createDatabase: () => databases.create() };
}

/** Starts a receiver on storage of its own, or on a database that several share. */
export async function startReceiver(settings: Record<string, string> = {}) {
  const home = temporaryFolder();
  closing.push(() => home.remove());
  const receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    FIRST_RETRY_SECONDS: '0.2',
    ...settings,
  });
  closing.push(() => receiver.stop());
  return { receiver, api: new ConnectionsClient(receiver.url, TOKEN) };
}

export async function startApi(): Promise<FakeOwnApi> {
  const api = await startFakeOwnApi({ delayMs: 30 });
  closing.push(() => api.close());
  return api;
}

/** What all machines on one database have. */
export const SHARED = { SETTINGS_KEY: 'a key that all machines of the test have' };

/** A destination that sends to a fake API. */
export function draftOf(own: FakeOwnApi, name: string, fields: Record<string, unknown> = {}) {
  const values = { url: own.url, allowPrivate: true };
  return { kind: 'destination', type: 'http', name, values, ...fields };
}
