import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { type PostgresServer, startPostgres } from '../../fixtures/postgres.ts';
import { closeAll, DONE, event, Process, run } from '../../fixtures/postgres-process.ts';

let server: PostgresServer;
let migrated: string;

beforeAll(async () => {
  server = await startPostgres({ durable: false });
  migrated = await server.createDatabase();
  await (await PostgresLedger.open({ url: migrated })).close();
});

afterEach(closeAll);

afterAll(() => server.stop());

function copy(): Promise<string> {
  return server.createDatabase(migrated);
}

test.each([
  ['off', 'on'],
  ['local', 'on'],
  ['remote_apply', 'remote_apply'],
])('where the database commits with %s, events and outcomes are committed with %s', async (given, used) => {
  const url = await copy();
  await run(
    url,
    `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = ${given};
    CREATE TABLE ledger.seen (what text, setting text);
    CREATE FUNCTION ledger.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO ledger.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'));
      RETURN NULL;
    END $$;
    CREATE TRIGGER seeing AFTER INSERT ON ledger.events EXECUTE FUNCTION ledger.see();
    CREATE TRIGGER seeing AFTER INSERT ON ledger.attempts EXECUTE FUNCTION ledger.see()`,
  );
  const process = await (await Process.open(url)).deliver();
  const accepted = event();
  await process.ledger.accept(accepted);
  (await process.next()).answer(DONE);
  await process.finished(accepted.key);
  expect((await run(url, 'SELECT * FROM ledger.seen ORDER BY what')).rows).toEqual([
    { what: 'attempts', setting: used },
    { what: 'events', setting: used },
  ]);
});
