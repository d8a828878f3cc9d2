import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventsAfter } from '../../../receivers/cli/events.ts';
import type { EventFilter, EventSummary } from '../../../receivers/contract/ledger-reader.ts';
import { runCommandHere, startCommandHere } from '../../fixtures/command-here.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { CLI_TOKEN, filledHome, portOf, settingsOf } from './home.ts';

const API = 'http://127.0.0.1:9/events';

describe('events, while no receiver runs', () => {
  let home: { folder: string; remove(): void };

  beforeAll(async () => {
    home = await filledHome();
  });
  afterAll(() => home.remove());

  const run = (...words: string[]) => runCommandHere(['events', ...words], settingsOf(home.folder, API));

  test('lists them, newest first, with nothing that steers a terminal', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(
      /^2026-10-10 12:00:00 {2}evt_\w{32} {2}Experience Paused: Red \[U\+001B\]\[2J alert \[U\+202E\]evil {2}\[1 delivered\]$/,
    );
    expect(lines[3]).toContain('Experience Created: Backpack price test');
    expect(lines[4]).toBe('4 events.');
  });

  test('narrows them down', async () => {
    const { stdout } = await run('--action', 'startExperience', '--state', 'dead', '--json');
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found.map(({ experienceName, deliveries }) => ({ experienceName, deliveries }))).toEqual([
      { experienceName: 'Backpack price test', deliveries: { dead: 1 } },
    ]);
  });

  test('shows one with its attempts and its body', async () => {
    const { stdout: listed } = await run('--search', 'Tent', '--json');
    const { key } = JSON.parse(listed);
    const { stdout } = await run('show', key);
    expect(stdout).toContain('Experience  Tent bundle (tent)');
    expect(stdout).toMatch(
      /✓ http: delivered \(delivery \d+; Route “everything”\)\n {2}1\. 2026-10-10 11:43:20: done in 360 ms/,
    );
    expect(stdout).toContain('"action": "startExperience"');
    const { stdout: body } = await run('show', key, '--body');
    expect(JSON.parse(body).experience.name).toBe('Tent bundle');
  });

  test('says what to do about an unknown key, a wrong filter, and following where nothing can come', async () => {
    expect(await run('show', 'evt_none')).toMatchObject({
      code: 1,
      stderr: 'error: There is no event evt_none. List them with: npm run events\n',
    });
    expect((await run('--state', 'lost')).stderr).toContain('--state');
    expect((await run('follow')).stderr).toContain('No receiver runs here');
  });
});

test('a name that there is not is no filter that nothing fits', async () => {
  const home = await filledHome();
  const settings = {
    ...settingsOf(home.folder, API),
    DISCORD_WEBHOOK_URL: 'https://example.com/api/webhooks/1/x',
  };
  const run = (...words: string[]) => runCommandHere(['events', 'list', ...words], settings);
  expect(await run('--destination', 'nope')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: There is no destination “nope”. Known: http, discord.\n',
  });
  expect(await run('--source', 'nope')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: There is no source “nope”. Known: default.\n',
  });
  expect(await run('--destination', 'discord')).toMatchObject({ code: 0, stdout: '0 events.\n' });
  const former = await runCommandHere(['events', '--destination', 'http', '--search', 'Tent'], {
    ...settings,
    FORWARD_URL: '',
    FORWARD_ALLOW_PRIVATE: '',
  });
  expect(former.stdout).toContain('1 event.');
  home.remove();
});

describe('events, while a receiver runs', () => {
  const home = temporaryFolder();
  let receiver: ReceiverHere;

  beforeAll(async () => {
    receiver = await ReceiverHere.start(settingsOf(home.folder, API, '0'));
  });
  afterAll(async () => {
    await receiver?.stop();
    home.remove();
  });

  test('asks the receiver, and follows it', async () => {
    await receiver.post(sampleBody('create'));
    const command = startCommandHere(['events', 'follow'], {
      DATA_DIR: home.folder,
      HOST: '127.0.0.1',
      PORT: portOf(receiver.url),
      CONSOLE_TOKEN: CLI_TOKEN,
    });
    await command.printed(/Experience Created/);
    await receiver.post(sampleBody('start'));
    await command.printed(/Experience Started/);
    command.end();
    const { code, stdout } = await command.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  test('a wrong token is refused, and a closed port is said', async () => {
    const wrong = await runCommandHere(['events', '--url', receiver.url, '--token', 'wrong']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('Wrong token.');
    const nobody = await runCommandHere(['events', '--url', 'http://127.0.0.1:1', '--token', CLI_TOKEN]);
    expect(nobody.stderr).toMatch(/The receiver does not answer \(.+\)\. Is it running\?/);
  });
});

test('following misses none of those that came between two looks', async () => {
  const stored = Array.from({ length: 420 }, (_, index) => ({ sequence: index + 1 }) as EventSummary);
  const operations = {
    events: async ({ limit, beforeSequence = Number.POSITIVE_INFINITY }: EventFilter) =>
      stored
        .filter(({ sequence }) => sequence < beforeSequence)
        .reverse()
        .slice(0, limit),
  };
  const sequences = async (last: number | null) =>
    (await eventsAfter(last, operations, { limit: 5 })).map(({ sequence }) => sequence);
  expect(await sequences(null)).toEqual([416, 417, 418, 419, 420]);
  expect(await sequences(170)).toEqual(stored.slice(170).map(({ sequence }) => sequence));
  expect(await sequences(220)).toHaveLength(200);
  expect(await sequences(0)).toHaveLength(420);
  expect(await sequences(420)).toEqual([]);
});
