import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { Receiver, runCommand } from '../../fixtures/receiver.ts';
import { CLI_TOKEN, DEAD_REASON, filledHome, portOf, settingsOf } from './home.ts';

describe('replay', () => {
  let home: { folder: string; remove(): void };
  let api: FakeOwnApi;
  let receiver: Receiver | null;

  beforeEach(async () => {
    [home, api] = await Promise.all([filledHome(), startFakeOwnApi()]);
    receiver = null;
  });
  afterEach(async () => {
    await receiver?.stop();
    await api.close();
    home.remove();
  });

  async function start(): Promise<void> {
    receiver = await Receiver.start(settingsOf(home.folder, api.url, '0'));
  }

  const run = (...words: string[]) =>
    runCommand(
      ['replay', ...words],
      settingsOf(home.folder, api.url, receiver === null ? '1' : portOf(receiver.url)),
    );

  const names = () => api.requests.map(({ body }) => JSON.parse(body).experience.name);

  async function arrived(count: number): Promise<void> {
    while (api.requests.length < count) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test('alone it lists what is dead, by cause', async () => {
    const { stdout, code } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http: 2 messages \(cause [0-9a-f]{12}\)\n/);
    expect(stdout).toContain(DEAD_REASON);
    expect(stdout).toContain('npm run replay -- --destination NAME');
  });

  test('a dry run says what would happen and does nothing', async () => {
    const { stdout } = await run('--destination', 'http', '--dry-run');
    expect(stdout).toContain('2 messages would be sent again. Nothing was done.');
    expect((await run()).stdout).toContain('2 messages');
  });

  test('sends all of a destination again, through the running receiver and in order', async () => {
    await start();
    const { stdout } = await run('--destination', 'http');
    expect(stdout).toContain('2 messages are sent again.');
    await arrived(2);
    expect(api.requests.map(({ body }) => JSON.parse(body).action)).toEqual([
      'createExperience',
      'startExperience',
    ]);
    expect((await run()).stdout).toBe('There are no dead letters.\n');
  });

  test('sends one again, when the receiver starts', async () => {
    const id = /^ {4}(\d+) /m.exec((await run()).stdout)?.[1] as string;
    const { stdout } = await run('--letter', id);
    expect(stdout).toContain('1 message is sent again when the receiver starts.');
    await start();
    await arrived(1);
    expect(names()).toEqual(['Backpack price test']);
  });

  test('sends an event once more, and says first what that means', async () => {
    await start();
    const { stdout: listed } = await runCommand(
      ['events', '--search', 'Tent', '--json'],
      settingsOf(home.folder, api.url, portOf(receiver?.url ?? '')),
    );
    const { key } = JSON.parse(listed);
    expect((await run('--event', key, '--to', 'http', '--dry-run')).stdout).toBe(
      'http: It was delivered there. It is sent once more, and people there see it again.\nNothing was done: this was a dry run.\n',
    );
    expect((await run('--event', key, '--to', 'http')).stdout).toContain('Done.');
    await arrived(1);
    expect(names()).toEqual(['Tent bundle']);
    expect(api.requests[0]?.id).toBe(`${key}-r1`);
  });

  test('says what is wrong with what was asked', async () => {
    expect((await run('--letter', '1', '--destination', 'http')).stderr).toContain('Choose one of');
    expect((await run('--event', 'evt_1')).stderr).toContain('Say where to');
    expect((await run('--event', 'evt_1', '--to', 'slakc')).stderr).toContain(
      'There is no destination “slakc”. Known: http.',
    );
    expect(await run('--letter', '99')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no such dead letters'),
    });
  });

  test('where the receiver runs but does not answer here, it says so', async () => {
    await start();
    const { stderr, code } = await runCommand(['replay'], {
      ...settingsOf(home.folder, api.url),
      CONSOLE_TOKEN: CLI_TOKEN,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Another receiver is running on the data folder');
    expect(stderr).toContain('give --url');
  });
});
