import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { filledHome, HOSTILE_NAME, portOf, settingsOf } from './home.ts';

const API = 'http://127.0.0.1:9/events';

let home: { folder: string; remove(): void };

beforeAll(async () => {
  home = await filledHome();
});
afterAll(() => home.remove());

test('writes every event with its deliveries and attempts, a line each, oldest first', async () => {
  const { stdout, stderr, code } = await runCommandHere(['export'], settingsOf(home.folder, API));
  expect(code).toBe(0);
  expect(stderr).toBe('4 events written.\n');
  const stories = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(stories.map(({ event }) => event.sequence)).toEqual([1, 2, 3, 4]);
  expect(stories[3].event.experienceName).toBe(HOSTILE_NAME);
  expect(JSON.parse(stories[0].event.body).action).toBe('createExperience');
  expect(stories[0].deliveries).toMatchObject([
    { state: 'dead', attemptRecords: [{ number: 1, outcome: 'dead' }] },
  ]);
});

test('writes the same through a running receiver, to a file that only its owner reads', async () => {
  const receiver = await ReceiverHere.start(settingsOf(home.folder, API, '0'));
  const file = join(home.folder, 'export.jsonl');
  const { stderr } = await runCommandHere(
    ['export', '--out', file, '--after', '2'],
    settingsOf(home.folder, API, portOf(receiver.url)),
  );
  await receiver.stop();
  expect(stderr).toBe(`2 events written to ${file}.\n`);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).event.sequence)).toEqual([3, 4]);
});

test('a file that cannot be written is said in a sentence', async () => {
  const file = join(home.folder, 'no-such-folder', 'export.jsonl');
  const { stderr, code } = await runCommandHere(['export', '--out', file], settingsOf(home.folder, API));
  expect(code).toBe(1);
  expect(stderr).toBe(
    `error: ${file} cannot be written (ENOENT). Give --out a file in a folder that exists and that you may write.\n`,
  );
});
