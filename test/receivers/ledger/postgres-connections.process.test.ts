import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { databaseChecks } from '../../../receivers/ledger/postgres/database-checks.ts';
import { type OwnPostgresServer, startOwnPostgres } from '../../fixtures/postgres.ts';
import { BREAKER, closeAll, DONE, event, Process, settlement } from '../../fixtures/postgres-process.ts';

const DESTINATIONS = ['slack', 'sheets', 'email', 'http'];

let server: OwnPostgresServer;

/** As a small plan has it: 20 connections, 3 of them reserved. */
beforeAll(async () => {
  server = await startOwnPostgres({ durable: false, settings: ['max_connections=20'] });
});

afterEach(closeAll);

afterAll(() => server.stop());

async function delivering(url: string): Promise<Process> {
  const process = await Process.open(url, { leaseMs: 12_000, connectTimeoutMs: 2_000 });
  await process.ledger.queue.start({
    destinations: DESTINATIONS.map((name) => ({ name, concurrency: 4 })),
    health: BREAKER,
    onError: (error) => process.errors.push(error),
    attempt: async () => settlement(DONE),
  });
  return process;
}

test('two receivers on a server with 20 connections refuse nothing while the console is read', async () => {
  const url = await server.createDatabase();
  const processes = [await delivering(url), await delivering(url)];
  const given: string[] = [];
  const ends = performance.now() + 1_500;
  const work = processes.flatMap(({ ledger }) => [
    ...Array.from({ length: 6 }, async () => {
      while (performance.now() < ends) {
        const next = event({
          deliveries: DESTINATIONS.map((destination) => ({
            destination,
            route: 'all',
            dueAt: Date.now(),
            quietMs: null,
          })),
        });
        await ledger.accept(next);
        given.push(next.key);
      }
    }),
    ...Array.from({ length: 3 }, async () => {
      while (performance.now() < ends) {
        await Promise.all([ledger.events({ limit: 20 }), ledger.depths(), ledger.experiences({ limit: 20 })]);
      }
    }),
  ]);
  await Promise.all(work);
  for (const key of given.slice(-20)) {
    expect(await processes[0]?.finished(key)).toEqual(['done', 'done', 'done', 'done']);
  }
  expect(processes.flatMap(({ errors }) => errors)).toEqual([]);
});

test('the check of the database compares what a receiver uses with what the server grants', async () => {
  const url = await server.createDatabase();
  expect(await databaseChecks({ url }, 2)).toContainEqual({
    what: 'Connections',
    state: 'ok',
    finding: expect.stringMatching(/uses up to 14 connections; the server grants 17/),
    fix: null,
  });
  expect(await databaseChecks({ url, readConnections: 20 }, 2)).toContainEqual({
    what: 'Connections',
    state: 'warning',
    finding: expect.stringMatching(/uses up to 30 connections; the server grants 17/),
    fix: expect.stringMatching(/Lower DATABASE_READ_CONNECTIONS and DATABASE_QUEUE_CONNECTIONS/),
  });
});
