import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import { acceptRow } from '../../../receivers/ledger/sqlite/accept-row.ts';
import { checkpointsBesideWrites } from '../../../receivers/ledger/sqlite/connection.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';

import { LedgerThread } from '../../../receivers/ledger/sqlite/thread.ts';
import type { WriterOperations } from '../../../receivers/ledger/sqlite/worker.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const AT = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

let home: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  home = temporaryFolder();
  file = join(home.folder, 'ledger.sqlite');
});

afterEach(() => home.remove());

function event(number: number, experienceId: string): NewEvent {
  return {
    key: `evt_${number}`,
    source: 'default',
    origin: 'webhook',
    action: 'updateExperience',
    experienceId,
    experienceName: 'Named since',
    organizationId: 'organization',
    occurredAt: AT + number * MINUTE_MS,
    receivedAt: AT + number * MINUTE_MS + 1_000,
    body: Buffer.alloc(2_048, 'x'),
    headers: {},
    problem: null,
    deliveries: [],
  };
}

test('a ledger file of a development version is refused with what to do, and stays unchanged', async () => {
  const written = new DatabaseSync(file);
  written.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE events (sequence INTEGER PRIMARY KEY) STRICT; PRAGMA user_version = 3',
  );
  written.close();
  const before = readFileSync(file);
  await expect(SqliteLedger.open(home.folder)).rejects.toThrow(
    /development version.+its export command.+move/s,
  );
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.each([
  ['3.49.1', false],
  ['3.51.2', false],
  ['3.51.3', true],
  ['3.53.4', true],
])('one connection may make checkpoints while another writes, with SQLite %s: %s', (version, allowed) => {
  expect(checkpointsBesideWrites(version)).toBe(allowed);
});

test('the write-ahead log is copied into the file while the ledger is open, repeatedly', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  for (const round of [0, 1]) {
    const before = statSync(file).size;
    const grown = new Promise<void>((resolve) => {
      const watcher = watch(file, () => {
        if (statSync(file).size - before > 500 * 2_048) {
          watcher.close();
          resolve();
        }
      });
    });
    const events = Array.from({ length: 600 }, (_, index) =>
      event(round * 600 + index, `experience-${index}`),
    );
    await Promise.all(events.map((each) => ledger.accept(each)));
    await grown;
  }
  await ledger.close();
});

test('removing the write-ahead log while the ledger is open loses nothing', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  const accept = async (number: number) => ledger.accept(event(number, 'experience-1'));
  await accept(1);
  await accept(2);
  expect(await ledger.events({ limit: 10 })).toHaveLength(2);
  rmSync(`${file}-wal`);
  await accept(3);
  await accept(4);
  expect((await ledger.events({ limit: 10 })).map(({ key }) => key)).toEqual([
    'evt_4',
    'evt_3',
    'evt_2',
    'evt_1',
  ]);
  const asAfterACrash = temporaryFolder();
  for (const name of readdirSync(home.folder)) {
    copyFileSync(join(home.folder, name), join(asAfterACrash.folder, name));
  }
  await ledger.close();
  const found = await SqliteLedger.open(asAfterACrash.folder);
  expect(await found.events({ limit: 10 })).toHaveLength(4);
  await found.close();
  asAfterACrash.remove();
});

test('accepting an event fails while the storage does not answer, and recovers', async () => {
  const writer = new LedgerThread<WriterOperations>({ file, mode: 'write' }, {}, 1_000);
  const accept = (number: number) => {
    const given = event(number, 'experience-1');
    return writer.callInTime('accept', acceptRow(given), given.body);
  };
  await writer.call('probe');
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const waits = writer.call('probe');
  await expect(accept(2)).rejects.toThrow(/does not answer/);
  await expect(accept(3)).rejects.toThrow(/does not answer/);
  other.exec('ROLLBACK');
  other.close();
  await waits;
  expect(await accept(4)).toBeGreaterThan(0);
  await writer.close();
});

test('a copy of the ledger without its write-ahead log is reported at the start', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  for (const number of [1, 2, 3]) {
    await ledger.accept(event(number, 'experience-1'));
  }
  const mark = `${file}.progress`;
  const marked = new Promise<void>((resolve) => {
    const watcher = watch(home.folder, () => {
      if (readdirSync(home.folder).includes('ledger.sqlite.progress')) {
        watcher.close();
        resolve();
      }
    });
  });
  await marked;
  const copy = temporaryFolder();
  for (const from of [file, mark]) {
    copyFileSync(from, join(copy.folder, from.slice(home.folder.length + 1)));
  }
  await ledger.close();

  const behind = await SqliteLedger.open(copy.folder);
  expect(await behind.events({ limit: 10 })).toEqual([]);
  expect(behind.warnings).toEqual([expect.stringMatching(/lacks at least 3 .+ledger\.sqlite-wal/)]);
  await behind.close();
  const still = await SqliteLedger.open(copy.folder);
  expect(still.warnings).toHaveLength(1);
  await still.close();
  rmSync(join(copy.folder, 'ledger.sqlite.progress'));
  const accepted = await SqliteLedger.open(copy.folder);
  expect(accepted.warnings).toEqual([]);
  await accepted.close();
  copy.remove();
});

test('removing old events does not make a ledger look incomplete', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  await ledger.accept(event(1, 'experience-1'));
  await ledger.accept(event(2, 'experience-1'));
  expect(await ledger.prune(Date.now() + 1, 10)).toBe(2);
  await ledger.close();
  const again = await SqliteLedger.open(home.folder);
  expect(again.warnings).toEqual([]);
  await again.close();
});

test('a newest event from the future shows that the clock is behind', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  expect(await ledger.clockDifference()).toBeNull();
  await ledger.accept({ ...event(1, 'experience-1'), receivedAt: Date.now() + 3_600_000 });
  const difference = await ledger.clockDifference();
  expect(difference?.aheadMs).toBeLessThan(-3_590_000);
  await ledger.close();
});
