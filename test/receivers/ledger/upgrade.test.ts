import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { MIGRATIONS as POSTGRES } from '../../../receivers/ledger/postgres/migrate.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { MIGRATIONS as SQLITE } from '../../../receivers/ledger/sqlite/migrate.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const EVENT: NewEvent = {
  key: 'evt_1',
  source: 'default',
  origin: 'webhook',
  action: 'startExperience',
  experienceId: 'experience-1',
  experienceName: 'Backpack price test',
  organizationId: null,
  occurredAt: 1,
  receivedAt: 2,
  body: Buffer.from('{}'),
  headers: {},
  problem: null,
  deliveries: [],
};

describe('an upgrade of ledger.sqlite', () => {
  const NEXT = [
    ...SQLITE,
    'ALTER TABLE events ADD COLUMN next TEXT',
    'CREATE TABLE further (id INTEGER) STRICT',
  ];
  const BROKEN = [
    ...SQLITE,
    'ALTER TABLE events ADD COLUMN next TEXT',
    'ALTER TABLE missing ADD COLUMN next TEXT',
  ];
  let home: ReturnType<typeof temporaryFolder>;
  let file: string;
  const copies = () => readdirSync(home.folder).filter((name) => name.includes('.schema-'));

  beforeEach(async () => {
    home = temporaryFolder();
    file = join(home.folder, 'ledger.sqlite');
    const ledger = await SqliteLedger.open(home.folder);
    await ledger.accept(EVENT);
    await ledger.close();
  });

  afterEach(() => home.remove());

  test('an upgrade of ledger.sqlite keeps the events, and a copy that the earlier version can open', async () => {
    const before = readFileSync(file);
    const upgraded = await SqliteLedger.open(home.folder, { migrations: NEXT });
    expect(await upgraded.event(EVENT.key)).toMatchObject({ key: EVENT.key });
    expect(upgraded.warnings).toEqual([
      expect.stringMatching(/from schema 2 to 4.+ledger\.sqlite\.schema-2/),
    ]);
    await upgraded.close();
    await expect(SqliteLedger.open(home.folder)).rejects.toThrow(/newer version.+ledger\.sqlite\.schema-2/s);
    expect(copies()).toEqual(['ledger.sqlite.schema-2']);
    expect(readFileSync(`${file}.schema-2`).equals(before)).toBe(true);
  });

  test('an upgrade of ledger.sqlite removes the copy once the new version has run', async () => {
    const upgraded = await SqliteLedger.open(home.folder, { migrations: NEXT, copyKeptMs: 20 });
    expect(copies()).toHaveLength(1);
    while (copies().length > 0) {
      await upgraded.probe();
    }
    await upgraded.close();
    const again = await SqliteLedger.open(home.folder, { migrations: NEXT });
    expect(again.warnings).toEqual([]);
    await again.close();
  });

  test('a failed upgrade of ledger.sqlite is undone, leaves the file unchanged, and says how to go back', async () => {
    const before = readFileSync(file);
    const failed = SqliteLedger.open(home.folder, { migrations: BROKEN });
    await expect(failed).rejects.toThrow(
      /from schema 2 to 4 failed and was undone; the file is unchanged.+start the earlier version.+no such table: missing/s,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(copies()).toEqual([]);
    const earlier = await SqliteLedger.open(home.folder);
    expect(await earlier.event(EVENT.key)).not.toBeNull();
    await earlier.close();
  });

  test('ledger.sqlite is not upgraded if no copy can be written', async () => {
    const blocked = new DatabaseSync(file);
    blocked.exec('BEGIN; SELECT * FROM events');
    blocked.prepare('SELECT count(*) FROM events').get();
    const writer = await SqliteLedger.open(home.folder);
    await writer.nameTrigger(EVENT.key, 'maya@alpine-goods.example');
    const refused = SqliteLedger.open(home.folder, { migrations: NEXT });
    await expect(refused).rejects.toThrow(/was not upgraded.+Nothing has changed/s);
    blocked.close();
    await writer.close();
    expect(existsSync(`${file}.schema-2`)).toBe(false);
  });
});

describe('an upgrade of a database', () => {
  const added = { sql: 'ALTER TABLE ledger.events ADD COLUMN next text', worksWith: 1 };
  const broken = { sql: 'ALTER TABLE ledger.missing ADD COLUMN next text', worksWith: 1 };
  let databases: LedgerDatabases;
  let url: string;

  beforeAll(async () => {
    databases = await startLedgerDatabases();
  });

  afterAll(() => databases.stop());

  beforeEach(async () => {
    url = await databases.create();
  });

  async function columns(): Promise<string[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      "SELECT column_name FROM information_schema.columns WHERE table_schema = 'ledger' AND table_name = 'events'",
    );
    await client.end();
    return rows.map(({ column_name }) => column_name);
  }

  test('an upgrade of a database keeps the events, and the earlier version runs alongside the new one', async () => {
    const earlier = await PostgresLedger.open({ url });
    await earlier.accept(EVENT);
    const upgraded = await PostgresLedger.open({ url }, [...POSTGRES, added]);
    expect(await upgraded.event(EVENT.key)).not.toBeNull();
    expect(await columns()).toContain('next');
    expect(await earlier.accept({ ...EVENT, key: 'evt_2' })).toMatchObject({ status: 'accepted' });
    await upgraded.close();
    await earlier.close();
    await (await PostgresLedger.open({ url })).close();
  });

  test('a failed upgrade of a database is undone, and says how to go back', async () => {
    const failed = PostgresLedger.open({ url }, [...POSTGRES, added, broken]);
    await expect(failed).rejects.toThrow(
      /from schema 3 to 5 failed and was undone; nothing has changed.+start the earlier version.+missing/s,
    );
    expect(await columns()).not.toContain('next');
    await (await PostgresLedger.open({ url })).close();
  });

  test('a database of a development version is refused with what to do', async () => {
    const bare = await databases.createBare();
    const client = new pg.Client({ connectionString: bare });
    await client.connect();
    await client.query(
      'CREATE SCHEMA ledger; CREATE TABLE ledger.versions (version integer, works_with integer)',
    );
    await client.end();
    await expect(PostgresLedger.open({ url: bare })).rejects.toThrow(
      /development version.+run its export command.+DROP SCHEMA/s,
    );
  });
});
