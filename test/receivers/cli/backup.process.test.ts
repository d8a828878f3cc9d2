import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';
import { filledHome } from './home.ts';

let home: { folder: string; remove(): void };
let receiver: Receiver | null = null;

beforeEach(() => {
  home = temporaryFolder();
});
afterEach(async () => {
  await receiver?.kill();
  receiver = null;
  home.remove();
});

const sample = samplePayload('start');

/** A body of its own for each number. */
function body(number: number): string {
  return JSON.stringify({ ...sample, timestamp: sample.timestamp + number });
}

async function keysIn(folder: string): Promise<string[]> {
  const { stdout } = await runCommandHere(['export'], { DATA_DIR: folder, PORT: '1', HOST: '127.0.0.1' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event.key);
}

test('A backup made while events come in has every event accepted before it, after a kill and a restore.', async () => {
  const data = join(home.folder, 'data');
  mkdirSync(data);
  receiver = await Receiver.start({ DATA_DIR: data });
  const first = receiver;
  const accept = async (number: number): Promise<string> => {
    const response = await first.post(body(number));
    expect(response.status).toBe(200);
    return ((await response.json()) as { event: string }).event;
  };
  const before: string[] = [];
  for (let number = 0; number < 20; number++) {
    before.push(await accept(number));
  }
  const file = join(home.folder, 'backup.sqlite');
  const during = Array.from({ length: 30 }, (_, index) => accept(100 + index));
  const made = await runCommandHere(['backup', '--to', file], { DATA_DIR: data });
  expect(made).toMatchObject({ code: 0 });
  const all = [...before, ...(await Promise.all(during))];
  await first.kill();

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(home.folder).sort()).toEqual(['backup.sqlite', 'data']);

  const fresh = join(home.folder, 'fresh');
  const restored = await runCommandHere(['restore', '--from', file], { DATA_DIR: fresh });
  expect(restored).toMatchObject({ code: 0 });
  const keys = await keysIn(fresh);
  expect(restored.stderr).toContain(`${keys.length} events restored`);
  expect(keys).toEqual(expect.arrayContaining(before));
  expect(all).toEqual(expect.arrayContaining(keys));

  receiver = await Receiver.start({ DATA_DIR: fresh });
  const again = (await (await receiver.post(body(0))).json()) as { status: string };
  expect(again.status).toBe('duplicate');
  expect(receiver.output).not.toMatch(/lacks|warn/i);
});

test('The backup of a stopped receiver is its whole ledger, with deliveries and attempts.', async () => {
  const filled = await filledHome();
  const file = join(home.folder, 'backup.sqlite');
  const settings = { DATA_DIR: filled.folder, PORT: '1', HOST: '127.0.0.1' };
  const { stdout: original } = await runCommandHere(['export'], settings);
  expect(await runCommandHere(['backup', '--to', file], settings)).toMatchObject({ code: 0 });
  const fresh = join(home.folder, 'fresh');
  await runCommandHere(['restore', '--from', file], { DATA_DIR: fresh });
  const { stdout } = await runCommandHere(['export'], { ...settings, DATA_DIR: fresh });
  expect(stdout).toBe(original);
  filled.remove();
});

test('A restore never replaces a ledger.', async () => {
  const filled = await filledHome();
  const file = join(home.folder, 'backup.sqlite');
  await runCommandHere(['backup', '--to', file], { DATA_DIR: filled.folder });
  const ledger = readFileSync(join(filled.folder, 'ledger.sqlite'));
  const { code, stderr } = await runCommandHere(['restore', '--from', file], { DATA_DIR: filled.folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/has a ledger already .*Nothing was changed/);
  expect(readFileSync(join(filled.folder, 'ledger.sqlite'))).toEqual(ledger);
  filled.remove();
});

test('A backup never replaces a file.', async () => {
  const filled = await filledHome();
  const file = join(home.folder, 'mine.txt');
  writeFileSync(file, 'mine');
  const { code, stderr } = await runCommandHere(['backup', '--to', file], { DATA_DIR: filled.folder });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `error: ${file} exists already. Give --to a new file.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  filled.remove();
});

test.each([
  [
    'a text',
    Buffer.from('not a database at all, but a text that is longer than the header of one'.repeat(20)),
  ],
  ['an empty file', Buffer.alloc(0)],
])('A restore from %s says so and leaves no ledger behind.', async (_, content) => {
  const file = join(home.folder, 'other');
  writeFileSync(file, content);
  const fresh = join(home.folder, 'fresh');
  const { code, stderr } = await runCommandHere(['restore', '--from', file], { DATA_DIR: fresh });
  expect(code).toBe(1);
  expect(stderr).toMatch(/was not restored: .*(not a database|not a ledger)/);
  expect(readdirSync(fresh).filter((name) => name.startsWith('ledger'))).toEqual([]);
});

test('A damaged backup is refused.', async () => {
  const filled = await filledHome();
  const file = join(home.folder, 'backup.sqlite');
  await runCommandHere(['backup', '--to', file], { DATA_DIR: filled.folder });
  writeFileSync(file, readFileSync(file).fill(0xff, 8192, 40_000));
  const fresh = join(home.folder, 'fresh');
  const { code, stderr } = await runCommandHere(['restore', '--from', file], { DATA_DIR: fresh });
  expect(code).toBe(1);
  expect(stderr).toMatch(/damaged|malformed/);
  expect(readdirSync(fresh)).not.toContain('ledger.sqlite');
  filled.remove();
});

test('A backup of a data folder without a ledger says which folder it looked at.', async () => {
  const { code, stderr } = await runCommandHere(['backup', '--to', join(home.folder, 'x')], {
    DATA_DIR: join(home.folder, 'empty'),
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`There is no ledger in the data folder ${join(home.folder, 'empty')}`);
});

test('With a database, backup and restore name the tools of PostgreSQL.', async () => {
  const settings = { DATABASE_URL: 'postgres://user:password@127.0.0.1:1/receivers' };
  const made = await runCommandHere(['backup', '--to', join(home.folder, 'x')], settings);
  const page = readFileSync(new URL('../../../receivers/deploy/README.md', import.meta.url), 'utf8');
  expect(made.code).toBe(1);
  expect(made.stderr).toContain('pg_dump');
  expect(page).toContain(commandIn(made.stderr));
  const restored = await runCommandHere(['restore', '--from', join(home.folder, 'x')], settings);
  expect(restored.code).toBe(1);
  expect(restored.stderr).toContain('pg_restore');
  expect(page).toContain(commandIn(restored.stderr));
});

/** The command that a message ends with, for the file that the documentation names. */
function commandIn(message: string): string {
  return message.trim().split(': ').at(-1)?.replace('FILE', 'backup.dump') ?? '';
}

test('A backup names the secrets of the data folder that it does not have', async () => {
  const filled = await filledHome();
  for (const name of ['webhook-secret', 'settings-key']) {
    writeFileSync(join(filled.folder, name), 'a-secret-that-is-nowhere-else-in-it');
  }
  const file = join(home.folder, 'backup.sqlite');
  const { stderr } = await runCommandHere(['backup', '--to', file], { DATA_DIR: filled.folder });
  expect(stderr).toMatch(/webhook-secret: without it, .*\n.*settings-key: without it, /);
  expect(stderr).not.toContain('nowhere-else');
  expect(readFileSync(file).includes('nowhere-else')).toBe(false);
  filled.remove();
});
