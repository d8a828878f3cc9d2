import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { StorageError } from '../../../receivers/contract/ledger.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { startOwnPostgres } from '../../fixtures/postgres.ts';
import {
  BREAKER,
  closeAll,
  closing,
  DONE,
  event,
  Process,
  RETRY,
  run,
  settlement,
} from '../../fixtures/postgres-process.ts';
import { startProxy } from '../../fixtures/postgres-proxy.ts';

let databases: LedgerDatabases;
beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

describe('many processes on one database', () => {
  test('ten receivers may start at once on an empty database', async () => {
    const url = await databases.createBare();
    const ledgers = await Promise.all(
      Array.from({ length: 10 }, () => PostgresLedger.open({ url, acceptConnections: 1 })),
    );
    await Promise.all(ledgers.map((ledger) => ledger.accept(event())));
    expect(await ledgers[0]?.events({ limit: 20 })).toHaveLength(10);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });

  test('one process accepts an event that arrives at all of them at once', async () => {
    const url = await databases.create();
    const processes = await Promise.all([Process.open(url), Process.open(url), Process.open(url)]);
    const given = event();
    const answers = await Promise.all(processes.map(({ ledger }) => ledger.accept(given)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(await processes[0]?.ledger.deliveries(given.key)).toHaveLength(1);
  });

  test('one process delivers what another accepts', async () => {
    const url = await databases.create();
    const accepting = await Process.open(url);
    const delivering = await (await Process.open(url)).deliver();
    const given = event();
    await accepting.ledger.accept(given);
    const handed = await delivering.next();
    expect(handed.delivery.eventKey).toBe(given.key);
    handed.answer(DONE);
    expect(await accepting.finished(given.key)).toEqual(['done']);
  });

  test('each delivery goes out once, in order within an experience, whichever process takes it', async () => {
    const url = await databases.create();
    const processes = await Promise.all([Process.open(url), Process.open(url)]);
    const sent: string[] = [];
    const total = 120;
    let all: () => void = () => {};
    const everything = new Promise<void>((resolve) => {
      all = resolve;
    });
    for (const { ledger, errors } of processes) {
      await ledger.queue.start({
        destinations: [{ name: 'slack', concurrency: 5 }],
        health: BREAKER,
        onError: (error) => errors.push(error),
        attempt: async ({ eventKey }) => {
          sent.push(eventKey);
          await new Promise(setImmediate);
          if (sent.length === total) {
            all();
          }
          return settlement(DONE);
        },
      });
    }
    const given = Array.from({ length: total }, (_, index) => event({ experienceId: `shared-${index % 6}` }));
    const lines = Map.groupBy(given, ({ experienceId }) => experienceId as string);
    await Promise.all(
      [...lines.values()].map(async (line) => {
        for (const [index, each] of line.entries()) {
          await processes[index % 2]?.ledger.accept(each);
        }
      }),
    );
    await everything;
    expect(new Set(sent).size).toBe(total);
    expect(sent).toHaveLength(total);
    for (const line of lines.values()) {
      const keys = line.map(({ key }) => key);
      expect(sent.filter((key) => keys.includes(key))).toEqual(keys);
    }
    expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
  });

  test('a failing destination is paused for all processes, and one delivery of all probes it', async () => {
    const url = await databases.create();
    const [one, other] = await Promise.all([Process.open(url), Process.open(url)]);
    await one.deliver(3);
    const failing = [event(), event(), event()];
    await Promise.all(failing.map((each) => one.ledger.accept(each)));
    const handed = [await one.next(), await one.next(), await one.next()];
    for (const { answer } of handed) {
      answer(RETRY);
    }
    await Promise.all(
      failing.map(({ key }) => one.states(key, (states) => states.every((state) => state === 'ready'))),
    );
    await other.deliver(3);
    const waiting = [event(), event(), event()];
    await Promise.all(waiting.map((each) => other.ledger.accept(each)));
    expect((await other.ledger.health())[0]).toMatchObject({ destination: 'slack', probing: true });
    await one.ledger.resume('slack');
    const probe = await Promise.race([one.next(), other.next()]);
    expect(probe.delivery.probe).toBe(true);
    expect(one.unseen + other.unseen).toBe(0);
    const states = await Promise.all(waiting.map(({ key }) => one.ledger.deliveries(key)));
    expect(states.flat().filter(({ state }) => state === 'running')).toHaveLength(1);
  });
});

test('each process knows how many processes deliver', async () => {
  const url = await databases.create();
  const [one, other] = await Promise.all([Process.open(url), Process.open(url)]);
  await Promise.all([one.deliver(), other.deliver()]);
  const know = async (count: number): Promise<void> => {
    while (one.ledger.queue.workers !== count) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await know(2);
  await other.ledger.queue.stop(0);
  await know(1);
});

/** A process that reaches its database over a network of its own, and holds a delivery. */
async function holdingBehindNetwork() {
  const url = await databases.create();
  const network = await startProxy(url);
  closing.push(() => network.close());
  const process = await (await Process.open(network.url, { statementTimeoutMs: 300 })).deliver();
  const given = event();
  await process.ledger.accept(given);
  return { url, network, process, given, handed: await process.next() };
}

describe('a worker that is lost', () => {
  test('a lost worker stops before another takes over its delivery, which may then have arrived', async () => {
    const { url, network, given, handed: first } = await holdingBehindNetwork();
    const aborted = new Promise<string>((resolve) => {
      first.lost.addEventListener('abort', () => resolve('aborted'));
    });
    const other = await (await Process.open(url)).deliver();
    network.cut();
    const second = other.next();
    expect(await Promise.race([aborted, second.then(() => 'taken over')])).toBe('aborted');
    const { delivery, answer } = await second;
    expect(delivery).toMatchObject({ eventKey: given.key, uncertain: true, attempt: 2 });

    // What the first one then has to say comes too late to count.
    network.reconnect();
    first.answer({ type: 'dead', reason: 'Too late.' });
    answer(DONE);
    expect(await other.finished(given.key)).toEqual(['done']);
    expect((await other.ledger.attempts(delivery.id)).map(({ outcome }) => outcome)).toEqual(['done']);
  });

  test('a lost worker’s retry is kept after its jobs were given away', async () => {
    const { url, network, process: lost, given, handed } = await holdingBehindNetwork();
    const { rows } = await run(url, 'SELECT id FROM ledger.workers');
    // It buries the dead, and takes nothing itself.
    const other = await Process.open(url);
    await other.ledger.queue.start({
      destinations: [{ name: 'email', concurrency: 1 }],
      health: BREAKER,
      onError: (error) => other.errors.push(error),
      attempt: () => Promise.reject(new Error('There is nothing for email.')),
    });
    network.cut();
    handed.answer({ ...RETRY, delayMs: 0 } as Outcome);
    const buried = `SELECT 1 FROM ledger.workers WHERE id = ${rows[0]?.id}`;
    while ((await run(url, buried)).rowCount === 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    network.reconnect();
    const again = await lost.next();
    expect(again.delivery).toMatchObject({ eventKey: given.key, attempt: 2 });
    again.answer(DONE);
    expect(await lost.finished(given.key)).toEqual(['done']);
  });

  test('a lost worker delivers again when its network is back', async () => {
    const { network, process, given, handed } = await holdingBehindNetwork();
    network.cut();
    await new Promise((resolve) => {
      handed.lost.addEventListener('abort', resolve);
    });
    handed.answer(DONE);
    network.reconnect();
    expect(await process.finished(given.key)).toEqual(['done']);
    const after = event();
    await process.ledger.accept(after);
    (await process.next()).answer(DONE);
    expect(await process.finished(after.key)).toEqual(['done']);
  });
});

describe('a database in trouble', () => {
  test('while the database restarts, accepts are refused, then continue; outcomes are written later', async () => {
    const own = await startOwnPostgres();
    try {
      const process = await (await Process.open(await own.createDatabase())).deliver();
      const given = event();
      await process.ledger.accept(given);
      const { answer } = await process.next();
      await own.kill();
      await expect(process.ledger.accept(event())).rejects.toThrow(StorageError);
      await expect(process.ledger.probe()).rejects.toThrow(StorageError);
      answer(DONE);
      await own.restart();
      for (;;) {
        try {
          await process.ledger.probe();
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError);
        }
      }
      const later = event();
      await process.ledger.accept(later);
      (await process.next()).answer(DONE);
      expect(await process.finished(given.key)).toEqual(['done']);
      expect(await process.finished(later.key)).toEqual(['done']);
      for (const close of closing.splice(0)) {
        await close();
      }
    } finally {
      await own.stop();
    }
  });

  test('with a slow database, an accept is refused in time, and leaves nothing behind', async () => {
    const url = await databases.create();
    const process = await Process.open(url, { statementTimeoutMs: 700 });
    const blocking = new pg.Client({ connectionString: url });
    await blocking.connect();
    await blocking.query('BEGIN; LOCK TABLE ledger.events');
    await expect(process.ledger.accept(event())).rejects.toThrow(StorageError);
    await blocking.query('ROLLBACK');
    await blocking.end();
    expect(await process.ledger.events({ limit: 10 })).toEqual([]);
    await expect(process.ledger.accept(event())).resolves.toMatchObject({ status: 'accepted' });
  });

  test('the error for an unreachable database at the start contains no password', async () => {
    const opened = PostgresLedger.open({ url: 'postgres://receiver:hush@127.0.0.1:1/ledger' });
    await expect(opened).rejects.toThrow(/ECONNREFUSED/);
    await expect(opened).rejects.toThrow(StorageError);
    await expect(opened).rejects.not.toThrow(/hush/);
  });

  test('a database of a newer version is used if that version allows it, and refused otherwise', async () => {
    const url = await databases.create();
    await run(url, 'INSERT INTO ledger.schema_versions VALUES (98, 1)');
    await (await PostgresLedger.open({ url })).close();
    await run(url, 'INSERT INTO ledger.schema_versions VALUES (99, 99)');
    await expect(PostgresLedger.open({ url })).rejects.toThrow(/newer version/);
  });

  test('text that PostgreSQL cannot store is still kept', async () => {
    const process = await Process.open(await databases.create());
    const odd = event({
      experienceId: 'nul\0',
      experienceName: `\0\ud800 "quoted", {braced}, back\\slash ${'long '.repeat(2_000)}`,
    });
    await Promise.all([process.ledger.accept(odd), process.ledger.accept(event())]);
    expect((await process.ledger.event(odd.key))?.experienceName).toMatch(
      /^\ufffd\ufffd "quoted", \{braced\}/,
    );
    expect(await process.ledger.history('default', 'nul\0', 10)).toHaveLength(1);
  });
});

describe('a database whose clock was an hour ahead and is set back', () => {
  test('setting the database’s clock back does not make jobs wait longer than planned', async () => {
    const url = await databases.create();
    const process = await Process.open(url);
    const given = event();
    await process.ledger.accept(given);
    await run(url, 'UPDATE ledger.deliveries SET due_at = due_at + 3600000, wait_ms = 100');
    await run(url, "UPDATE ledger_queue._private_jobs SET run_at = run_at + interval '1 hour'");
    await run(url, 'SELECT ledger.free_jobs()');
    await process.deliver();
    const handed = await process.next();
    expect(handed.delivery.eventKey).toBe(given.key);
    handed.answer(DONE);
  });

  test('setting the database’s clock back does not prolong a pause', async () => {
    const url = await databases.create();
    const process = await Process.open(url);
    await run(
      url,
      "INSERT INTO ledger.health (destination, paused_until, pause_ms, probing) VALUES ('slack', ledger.now_ms() + 3600000, 300, true)",
    );
    const [health] = await process.ledger.health();
    expect(health?.pausedUntil).toBeLessThanOrEqual(Date.now() + 300);
    await process.deliver();
    const given = event();
    await process.ledger.accept(given);
    const handed = await process.next();
    expect(handed.delivery).toMatchObject({ eventKey: given.key, probe: true });
    handed.answer(DONE);
  });
});
