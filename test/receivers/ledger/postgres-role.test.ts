import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { closeAll, DONE, event, Process, run } from '../../fixtures/postgres-process.ts';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

/** A database, and a URL with a user that may only log in. */
async function withRole(url: string): Promise<{ url: string; role: string; database: string }> {
  const database = new URL(url).pathname.slice(1);
  const role = `role_${database.slice(-12)}`;
  await run(url, `CREATE ROLE ${role} LOGIN PASSWORD 'hush'`);
  const address = new URL(url);
  address.username = role;
  address.password = 'hush';
  return { url: address.href, role, database };
}

test('a user without CREATE can start if nothing has to be created', async () => {
  const admin = await databases.createBare();
  const { url, role, database } = await withRole(admin);
  await run(admin, `GRANT CREATE ON DATABASE ${database} TO ${role}`);
  await Process.open(url);
  await closeAll();
  await run(
    admin,
    `REVOKE CREATE ON DATABASE ${database} FROM ${role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
  );
  const process = await (await Process.open(url)).deliver();
  const given = event();
  await process.ledger.accept(given);
  (await process.next()).answer(DONE);
  expect(await process.finished(given.key)).toEqual(['done']);
});

test('a user without CREATE who has to create the tables gets an error that says what to allow', async () => {
  const { url } = await withRole(await databases.createBare());
  await expect(Process.open(url)).rejects.toThrow(/may not create.+GRANT CREATE ON DATABASE/);
});

test('a user who does not own the tables gets an error that names the owner, and can start with the owner’s rights', async () => {
  const admin = await databases.create();
  const { url, role } = await withRole(admin);
  await run(
    admin,
    `GRANT USAGE ON SCHEMA ledger, ledger_queue TO ${role};
    GRANT ALL ON ALL TABLES IN SCHEMA ledger, ledger_queue TO ${role};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA ledger, ledger_queue TO ${role}`,
  );
  await expect(Process.open(url)).rejects.toThrow(/does not own.+GRANT postgres TO/);
  await run(admin, `GRANT postgres TO ${role}`);
  await Process.open(url);
});
