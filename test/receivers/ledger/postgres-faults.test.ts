import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
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

describe('removing old events', () => {
  /** A process, and an event that it may remove. */
  async function withOldEvent(statementTimeoutMs: number) {
    const url = await copy();
    const process = await (await Process.open(url, { statementTimeoutMs })).deliver();
    const old = event();
    await process.ledger.accept(old);
    (await process.next()).answer(DONE);
    await process.finished(old.key);
    await process.ledger.queue.stop(0);
    return { url, process, old };
  }

  test('may take longer than other statements', async () => {
    const { url, process } = await withOldEvent(150);
    await run(
      url,
      `CREATE FUNCTION ledger.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(2.3);
        RETURN NULL;
      END $$;
      CREATE TRIGGER dawdling AFTER DELETE ON ledger.events EXECUTE FUNCTION ledger.dawdle()`,
    );
    expect(await process.ledger.prune(Date.now() + 1, 10)).toBe(1);
  });
});

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
