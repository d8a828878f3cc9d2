import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { CLI_TOKEN, filledHome, settingsOf } from './home.ts';

const API = 'http://127.0.0.1:9/events';

let home: { folder: string; remove(): void };

beforeAll(async () => {
  home = await filledHome();
});
afterAll(() => home.remove());

const run = (...words: string[]) => runCommandHere(['preview', ...words], settingsOf(home.folder, API));

test('shows a sample at every destination, and which of them are examples', async () => {
  const { stdout, code } = await run('update');
  expect(code).toBe(0);
  expect(stdout).toContain('── Your own API ──');
  expect(stdout).toContain('── Slack (not connected; an example) ──');
  expect(stdout).toContain('Subject: Backpack price test');
  expect(stdout).toMatch(/Control 50 → 80%|50% → 80%/);
});

test('gives the document as it goes out: Block Kit with a link, the mail as a file', async () => {
  const { stdout } = await run('start', '--destination', 'slack', '--document');
  expect(JSON.parse(stdout)[0].builder).toMatch(/^https:\/\/app\.slack\.com\/block-kit-builder/);
  const file = join(home.folder, 'mail.html');
  expect((await run('start', '--destination', 'email', '--out', file)).stdout).toBe(
    `Written to ${file} (html).\n`,
  );
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/i);
});

test('a kind means every destination of it, whatever its name', async () => {
  const file = join(home.folder, 'channels.yaml');
  const channel = (name: string) => `{name: ${name}, type: teams, webhookUrl: 'https://example.com/${name}'}`;
  writeFileSync(file, `destinations: [${channel('growth')}, ${channel('pricing')}]\n`);
  const settings = { ...settingsOf(home.folder, API), CONFIG_FILE: file };
  const preview = (...words: string[]) => runCommandHere(['preview', 'start', ...words], settings);
  const { stdout } = await preview('--destination', 'teams');
  expect(stdout.match(/^── .*? ─/gm)).toEqual([
    '── Microsoft Teams (growth) ─',
    '── Microsoft Teams (pricing) ─',
  ]);
  expect((await preview('--destination', 'growth')).stdout).not.toContain('(pricing)');
  expect((await preview('--destination', 'teams', '--out', 'x')).stderr).toContain(
    'Say which one to write: growth or pricing.',
  );
});

test('shows a stored event', async () => {
  const { stdout: listed } = await runCommandHere(
    ['events', '--search', 'Tent', '--json'],
    settingsOf(home.folder, API),
  );
  const { stdout } = await run(JSON.parse(listed).key, '--destination', 'sheets');
  expect(stdout).toContain('Tent bundle');
});

test('says which of all it is that a stored event cannot be shown', async () => {
  const preview = (...words: string[]) => run(...words).then(({ stderr }) => stderr);
  expect(await preview('evt_nope')).toBe(
    'error: There is no event evt_nope. List them with: npm run events\n',
  );
  const settings = settingsOf(home.folder, API);
  const { stdout: listed } = await runCommandHere(['events', '--search', 'Tent', '--json'], settings);
  expect(await preview(JSON.parse(listed).key, '--destination', 'fax')).toMatch(
    /^error: There is no destination “fax”\. Known: http, slack, sheets, email/,
  );
  const odd = temporaryFolder();
  const receiver = await ReceiverHere.start({ DATA_DIR: odd.folder, LOG_LEVEL: 'silent' });
  const { event } = (await (await receiver.post('{}')).json()) as { event: string };
  const url = { ...settingsOf(odd.folder, API, new URL(receiver.url).port), CONSOLE_TOKEN: '' };
  expect((await runCommandHere(['preview', event], url)).stderr).toMatch(
    /^error: The event evt_\w+ cannot be shown: .* npm run events -- show evt_\w+\n$/,
  );
  await receiver.stop();
  odd.remove();
});

test('says what it knows where a name is unknown', async () => {
  expect((await run('start', '--destination', 'fax')).stderr).toContain('Known: http, slack, sheets, email');
  expect((await run('begin')).stderr).toContain('“begin” is not a sample (create, start');
  expect((await run('start', '--out', 'x')).stderr).toContain('Say which one to write');
});

test('preview asks the running receiver, whose destinations this terminal does not have', async () => {
  const data = temporaryFolder();
  const receiver = await ReceiverHere.start(settingsOf(data.folder, API, '0'));
  const here = {
    DATA_DIR: data.folder,
    HOST: '127.0.0.1',
    PORT: new URL(receiver.url).port,
    CONSOLE_TOKEN: CLI_TOKEN,
  };
  const { stdout, code } = await runCommandHere(['preview', 'update'], here);
  await receiver.stop();
  data.remove();
  expect(code).toBe(0);
  expect(stdout).toContain('── Your own API ──');
  expect(stdout).toContain('── Slack (not connected; an example) ──');
});
