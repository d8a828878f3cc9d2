import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { databaseChecks } from '../../../receivers/ledger/postgres/database-checks.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { startPooler } from '../../fixtures/postgres-pooler.ts';
import { closeAll, closing, DONE, event, Process } from '../../fixtures/postgres-process.ts';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

async function pooled(mode: 'session' | 'transaction') {
  const pooler = await startPooler(await databases.create(), mode);
  closing.push(() => pooler.close());
  return pooler;
}

test('a receiver behind a pooler in transaction mode does not start, and says what to change', async () => {
  const { url } = await pooled('transaction');
  await expect(Process.open(url)).rejects.toThrow(
    /transaction mode.+session mode.+PgBouncer: pool_mode = session/s,
  );
});

test('the check of the database says that a pooler in transaction mode cannot be used', async () => {
  const { url } = await pooled('transaction');
  expect(await databaseChecks({ url })).toContainEqual({
    what: 'PostgreSQL',
    state: 'fault',
    finding: expect.stringMatching(/transaction mode/),
    fix: expect.stringMatching(/session mode/),
  });
});

test('a receiver behind a pooler in session mode accepts and delivers', async () => {
  const { url } = await pooled('session');
  const process = await (await Process.open(url)).deliver();
  const given = event();
  await process.ledger.accept(given);
  (await process.next()).answer(DONE);
  expect(await process.finished(given.key)).toEqual(['done']);
  expect(process.errors).toEqual([]);
  expect((await databaseChecks({ url })).map(({ state }) => state)).not.toContain('fault');
});

test('a pooler that is switched to transaction mode makes the receiver not ready', async () => {
  const pooler = await pooled('session');
  const process = await Process.open(pooler.url, { acceptConnections: 2 });
  await process.ledger.probe();
  pooler.mode = 'transaction';
  const probes = async () => {
    for (;;) {
      await Promise.all([
        process.ledger.probe(),
        process.ledger.probe(),
        process.ledger.events({ limit: 1 }),
      ]);
    }
  };
  await expect(probes()).rejects.toThrow(/transaction mode/);
});
