import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type InstalledPostgres, startInstalledPostgres } from '../../fixtures/installed-postgres.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';

const execute = promisify(execFile);
const page = readFileSync(new URL('../../../receivers/deploy/README.md', import.meta.url), 'utf8');
const postgres = await startInstalledPostgres();
const { folder, remove } = temporaryFolder();
const closing: (() => unknown)[] = [remove, () => postgres?.stop()];

afterAll(async () => {
  for (const close of closing.reverse()) {
    await close();
  }
});

/** Runs the command of the documentation that starts with this tool. */
async function runDocumented({ tools }: InstalledPostgres, tool: string, database: string): Promise<void> {
  const [command] = new RegExp(`^${tool} .*$`, 'm').exec(page) ?? [];
  if (command === undefined) {
    throw new Error(`receivers/deploy/README.md has no ${tool}.`);
  }
  await execute('sh', ['-c', command], {
    cwd: folder,
    env: { PATH: `${tools}${delimiter}${process.env.PATH}`, DATABASE_URL: database },
  });
}

const sample = samplePayload('start');

/** The body of a webhook about this experience. */
const bodyOf = (id: string): string =>
  JSON.stringify({ ...sample, experience: { ...sample.experience, id } });

const some = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** Posts a webhook about each experience; gives what the receiver answered. */
async function postAll(receiver: Receiver, experiences: readonly string[]): Promise<Set<string>> {
  const answers = experiences.map(async (id) => (await receiver.post(bodyOf(id))).json());
  return new Set((await Promise.all(answers)).map((answer) => (answer as { status: string }).status));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function nothingIsOpen({ url }: Receiver): Promise<boolean> {
  return /^intelligems_deliveries_open\{.*\} 0$/m.test(await (await fetch(`${url}/metrics`)).text());
}

/** How often an event of this experience took effect. */
function effects(api: FakeOwnApi, experience: string): number {
  return api.requests.filter(({ tookEffect, body }) => tookEffect && body.includes(experience)).length;
}

// The packages of this repository bring a server without pg_dump.
const testWithTools = postgres === null ? test.skip : test;

testWithTools(
  'a dump of PostgreSQL under load, a kill and a restore lose nothing and repeat nothing',
  async () => {
    const server = postgres as InstalledPostgres;
    const api = await startFakeOwnApi();
    closing.push(() => api.close());
    const start = async (database: string): Promise<Receiver> => {
      const receiver = await Receiver.start({
        DATA_DIR: folder,
        DATABASE_URL: database,
        // A busy machine must not make the process lose its lease, and repeat what it holds.
        DATABASE_LEASE_SECONDS: '5',
        FORWARD_URL: api.url,
        FORWARD_ALLOW_PRIVATE: 'true',
      });
      closing.push(() => receiver.kill());
      return receiver;
    };
    const [delivered, open, during, later] = [some(10), some(10), some(20), some(1)];

    const original = await server.createDatabase();
    const first = await start(original);
    expect(await postAll(first, delivered)).toEqual(new Set(['accepted']));
    await until(() => nothingIsOpen(first));
    api.faults.add({ kind: 'hang' }, { times: 1_000 });
    expect(await postAll(first, open)).toEqual(new Set(['accepted']));
    await until(() => api.requests.length > delivered.length);
    const accepting = postAll(first, during);
    await runDocumented(server, 'pg_dump', original);
    await accepting;
    await first.kill();

    const restored = await server.createDatabase();
    await runDocumented(server, 'pg_restore', restored);
    api.faults.clear();
    const second = await start(restored);
    expect(await postAll(second, [...delivered, ...open])).toEqual(new Set(['duplicate']));
    expect(await postAll(second, later)).toEqual(new Set(['accepted']));
    await until(() => nothingIsOpen(second));
    for (const experience of [...delivered, ...open, ...later]) {
      expect(effects(api, experience)).toBe(1);
    }
    for (const experience of during) {
      expect(effects(api, experience)).toBeLessThanOrEqual(1);
    }

    // A database that has a ledger keeps it.
    await expect(runDocumented(server, 'pg_restore', restored)).rejects.toThrow(/already exists/);
    expect(await postAll(second, later)).toEqual(new Set(['duplicate']));
  },
  120_000,
);
