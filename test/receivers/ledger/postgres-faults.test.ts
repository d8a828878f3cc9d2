import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { NewDelivery } from '../../../receivers/contract/event.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import {
  BREAKER,
  closeAll,
  closing,
  DONE,
  event,
  Process,
  RETRY,
  run,
} from '../../fixtures/postgres-process.ts';
import { startProxy } from '../../fixtures/postgres-proxy.ts';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  closing.push(() => client.end());
  return client;
}

/** Resolves when a query has given a row. */
async function shown(url: string, query: string): Promise<void> {
  const client = await connected(url);
  while ((await client.query(query)).rowCount === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('an answer of the database that is lost', () => {
  async function behindNetwork() {
    const url = await databases.create();
    const accepting = await Process.open(url);
    const network = await startProxy(url);
    closing.push(() => network.close());
    return { url, accepting, network, process: await Process.open(network.url) };
  }

  test('after a lost answer to a claim, the delivery still goes out, as one that may have arrived', async () => {
    const { accepting, network, process } = await behindNetwork();
    await process.deliver();
    const lost = network.loseAnswerTo('claim\0');
    const given = event();
    await accepting.ledger.accept(given);
    (await lost)();
    const { delivery, answer } = await process.next();
    expect(delivery).toMatchObject({ eventKey: given.key, uncertain: true, attempt: 2 });
    answer(DONE);
    expect(await accepting.finished(given.key)).toEqual(['done']);
    expect(process.unseen).toBe(0);
  });

  test('after a lost answer to a fetch of jobs, they are fetched again, and the log says so', async () => {
    const { accepting, network, process } = await behindNetwork();
    const given = event();
    await accepting.ledger.accept(given);
    const lost = network.loseAnswerTo('get_job');
    await process.deliver();
    (await lost)();
    const { delivery, answer } = await process.next();
    expect(delivery).toMatchObject({ eventKey: given.key, uncertain: false, attempt: 1 });
    expect(process.errors.map(({ message }) => message)).toEqual([expect.stringMatching(/^The database/)]);
    answer(DONE);
    expect(await accepting.finished(given.key)).toEqual(['done']);
  });

  test('after a lost answer to the queue’s first statement, the destination is still served', async () => {
    const { accepting, network, process } = await behindNetwork();
    const given = event();
    await accepting.ledger.accept(given);
    const lost = network.loseAnswerTo('_private_tasks');
    await process.deliver();
    (await lost)();
    expect((await process.next()).delivery.eventKey).toBe(given.key);
  });

  test('a lost answer to the queue’s LISTEN in a stopping process breaks only the connection', async () => {
    const { url, network, process } = await behindNetwork();
    const lost = network.loseAnswerTo('LISTEN');
    await process.deliver();
    const breakOff = await lost;
    await process.ledger.queue.stop(0);
    breakOff();
    await shown(
      url,
      `SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE '% queue')`,
    );
  });
});

test('a process whose queue breaks while it removes jobs continues with another queue', async () => {
  const url = await databases.create();
  const process = await (await Process.open(url)).deliver();
  await Promise.all([process.ledger.accept(event()), process.ledger.accept(event())]);
  const handed = [await process.next(), await process.next()];
  const holding = await connected(url);
  await holding.query('BEGIN; SELECT FROM ledger_queue._private_jobs FOR UPDATE');
  const removals = `FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ '^delete from'`;
  for (const [index, { answer }] of handed.entries()) {
    answer(DONE);
    await shown(url, `SELECT ${removals} HAVING count(*) > ${index}`);
  }
  await run(url, `SELECT pg_terminate_backend(pid) ${removals}`);
  await holding.query('ROLLBACK');
  const later = event();
  await process.ledger.accept(later);
  expect((await process.next()).delivery.eventKey).toBe(later.key);
});

test('a job that was locked after its process was declared dead is found', async () => {
  const url = await databases.create();
  const process = await Process.open(url, { leaseMs: 300 });
  const given = event();
  await process.ledger.accept(given);
  await run(url, "UPDATE ledger_queue._private_jobs SET locked_at = now(), locked_by = 'pool-of-nobody'");
  await process.deliver();
  expect((await process.next()).delivery.eventKey).toBe(given.key);
});

test('a process that is claiming is not declared dead', async () => {
  const url = await databases.create();
  // Its own heartbeats would wait for the same locks.
  const process = await (await Process.open(url, { leaseMs: 600_000 })).deliver();
  const claiming = await connected(url);
  const { rows } = await claiming.query('SELECT id FROM ledger.workers');
  await claiming.query('BEGIN');
  await claiming.query('SELECT * FROM ledger.claim($1, $2)', [rows[0].id, [1]]);
  const burying = await connected(url);
  await burying.query("SET lock_timeout = '50ms'");
  const bury = () => burying.query('SELECT ledger.bury($1, $2)', [[rows[0].id], [null]]);
  await expect(bury()).rejects.toThrow(/lock timeout/);
  await claiming.query('COMMIT');
  await burying.query('RESET lock_timeout');
  await bury();
  expect(process.errors).toEqual([]);
});

describe('an attempt', () => {
  test('an attempt that throws is reported, and made again later as one that may have arrived', async () => {
    const url = await databases.create();
    const process = await Process.open(url);
    await process.ledger.queue.start({
      destinations: [{ name: 'slack', concurrency: 1 }],
      health: BREAKER,
      onError: (error) => process.errors.push(error),
      attempt: () => Promise.reject(new TypeError('This destination is broken.')),
    });
    const given = event();
    await process.ledger.accept(given);
    const [delivery] = await process.deliveries(given.key, ([only]) => only?.reason != null);
    expect(process.errors).toEqual([expect.objectContaining({ message: 'This destination is broken.' })]);
    expect(delivery?.state).toBe('ready');
    expect(delivery?.reason).toMatch(/This destination is broken/);
    expect(delivery?.dueAt).toBeGreaterThan(Date.now());
    expect((await run(url, 'SELECT uncertain FROM ledger.deliveries')).rows).toEqual([{ uncertain: true }]);
  });

  test('an outcome that the database cannot store does not affect others, and its state counts', async () => {
    const process = await (await Process.open(await databases.create())).deliver();
    const given = [event(), event(), event()];
    await Promise.all(given.map((each) => process.ledger.accept(each)));
    const handed = [await process.next(), await process.next(), await process.next()];
    const outcomes = [
      { ...RETRY, delayMs: 600_000.5 },
      { ...DONE, remember: { ['k'.repeat(9_000)]: '' } },
      DONE,
    ];
    for (const { delivery, answer } of handed) {
      answer(outcomes[given.findIndex(({ key }) => key === delivery.eventKey)] as typeof DONE);
    }
    const [retried, kept, plain] = given.map(({ key }) => key) as [string, string, string];
    expect(await process.finished(plain)).toEqual(['done']);
    expect(await process.finished(kept)).toEqual(['done']);
    await process.states(retried, ([state]) => state === 'ready');
    expect((await process.ledger.deliveries(retried))[0]?.dueAt).toBeGreaterThan(Date.now());
  });
});

test('a process that stops during a pause does not delay the deliveries it held', async () => {
  const url = await databases.create();
  const process = await Process.open(url);
  await run(
    url,
    `INSERT INTO ledger.health (destination, paused_until) VALUES ('slack', ${Date.now() + 3_600_000})`,
  );
  await process.ledger.accept(event());
  for (const _ of [1, 2]) {
    await process.deliver();
    await shown(url, 'SELECT 1 FROM ledger_queue.jobs WHERE locked_at IS NOT NULL');
    await process.ledger.queue.stop(0);
  }
  const { rows } = await run(url, 'SELECT attempts, run_at <= now() AS due FROM ledger_queue.jobs');
  expect(rows).toEqual([{ attempts: 0, due: true }]);
});

describe('removing old events', () => {
  /** A process, and an event that it may remove. */
  async function withOldEvent(statementTimeoutMs: number) {
    const url = await databases.create();
    const process = await (await Process.open(url, { statementTimeoutMs })).deliver();
    const old = event();
    await process.ledger.accept(old);
    (await process.next()).answer(DONE);
    await process.finished(old.key);
    await process.ledger.queue.stop(0);
    return { url, process, old };
  }

  test('removing old events leaves one that is sent again meanwhile', async () => {
    const { url, process, old } = await withOldEvent(5_000);
    // A removal waits at its first look at the deliveries: then what it sees of them is decided.
    await run(
      url,
      `CREATE FUNCTION ledger.gate() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        IF current_query() LIKE '%prune%' THEN PERFORM pg_advisory_xact_lock(1); END IF;
        RETURN true;
      END $$;
      ALTER TABLE ledger.deliveries RENAME TO all_deliveries;
      CREATE VIEW ledger.deliveries AS SELECT * FROM ledger.all_deliveries WHERE (SELECT ledger.gate())`,
    );
    const gate = await connected(url);
    await gate.query('SELECT pg_advisory_lock(1)');
    const removed = process.ledger.prune(Date.now() + 1, 10);
    await shown(url, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    const [again] = old.deliveries as [NewDelivery];
    expect(await process.ledger.sendAgain(old.key, again)).not.toBeNull();
    await gate.query('SELECT pg_advisory_unlock(1)');
    expect(await removed).toBe(0);
    expect(await process.ledger.event(old.key)).not.toBeNull();
    expect((await process.ledger.deliveries(old.key)).map(({ state }) => state)).toEqual(['done', 'ready']);
  });

  test('removing old events may take longer than other statements', async () => {
    const { url, process } = await withOldEvent(400);
    await run(
      url,
      `CREATE FUNCTION ledger.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_sleep(2.6);
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
])('if the database commits with %s, events and outcomes are committed with %s', async (given, used) => {
  const url = await databases.create();
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
