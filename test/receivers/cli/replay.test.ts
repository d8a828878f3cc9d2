import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { CLI_TOKEN, DEAD_REASON, filledHome, portOf, settingsOf } from './home.ts';

let home: { folder: string; remove(): void };
let api: FakeOwnApi;
let receiver: ReceiverHere | null = null;

/** A data folder with two dead letters, and an API that takes everything. */
function withHome(): void {
  beforeAll(async () => {
    [home, api] = await Promise.all([filledHome(), startFakeOwnApi()]);
  });
  afterAll(async () => {
    await receiver?.stop();
    receiver = null;
    await api.close();
    home.remove();
  });
}

async function start(): Promise<void> {
  receiver = await ReceiverHere.start(settingsOf(home.folder, api.url, '0'));
}

const settings = () => settingsOf(home.folder, api.url, receiver === null ? '1' : portOf(receiver.url));

const run = (...words: string[]) => runCommandHere(['replay', ...words], settings());

const arrivals = () => api.requests.map(({ body }) => JSON.parse(body));

async function arrived(count: number): Promise<void> {
  while (api.requests.length < count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('replay, while no receiver runs', () => {
  withHome();
  let listed: string;

  test('alone it lists what is dead, by cause', async () => {
    const { stdout, code } = await run();
    listed = stdout;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^http: 2 messages \(cause [0-9a-f]{12}\)\n/);
    expect(stdout).toContain(DEAD_REASON);
    expect(stdout).toContain('npm run replay -- --destination NAME');
  });

  test('a dry run says what would happen and does nothing', async () => {
    const { stdout } = await run('--destination', 'http', '--dry-run');
    expect(stdout).toContain('2 messages would be sent again. Nothing was done.');
    expect((await run()).stdout).toBe(listed);
  });

  test('says what is wrong with what was asked', async () => {
    const [two, nowhere] = await Promise.all([
      run('--letter', '1', '--destination', 'http'),
      run('--event', 'evt_1'),
    ]);
    expect(two.stderr).toContain('Choose one of');
    expect(nowhere.stderr).toContain('Say where to');
    for (const words of [
      ['--event', 'evt_1', '--to', 'slakc'],
      ['--destination', 'slakc'],
    ]) {
      expect(await run(...words)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: 'error: There is no destination “slakc”. Known: http.\n',
      });
    }
    const cause = /\(cause (\w+)\)/.exec(listed)?.[1] as string;
    expect((await run('--cause', cause)).stderr).toContain('--cause needs --destination');
    expect(await run('--letter', '99')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No dead letter matches'),
    });
  });

  test('sends one again, when the receiver starts', async () => {
    const id = /^ {4}(\d+) /m.exec(listed)?.[1] as string;
    const { stdout } = await run('--letter', id);
    expect(stdout).toContain('1 message is sent again when the receiver starts.');
    await start();
    await arrived(1);
    expect(arrivals().map(({ experience }) => experience.name)).toEqual(['Backpack price test']);
  });
});

describe('replay, while a receiver runs', () => {
  withHome();
  beforeAll(start);

  test('where it runs but does not answer here, the command says so', async () => {
    const { stderr, code } = await runCommandHere(['replay'], {
      ...settingsOf(home.folder, api.url),
      CONSOLE_TOKEN: CLI_TOKEN,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Another receiver is running on the data folder');
    expect(stderr).toContain('give --url');
  });

  test('sends all of a destination again, through the receiver and in order', async () => {
    const { stdout } = await run('--destination', 'http');
    expect(stdout).toContain('2 messages are sent again.');
    await arrived(2);
    expect(arrivals().map(({ action }) => action)).toEqual(['createExperience', 'startExperience']);
    expect((await run()).stdout).toBe('There are no dead letters.\n');
  });

  test('sends an event once more, and says first what that means', async () => {
    const { stdout: listed } = await runCommandHere(['events', '--search', 'Tent', '--json'], settings());
    const { key } = JSON.parse(listed);
    expect((await run('--event', key, '--to', 'http', '--dry-run')).stdout).toBe(
      'http: It was delivered there. It will be sent once more, and people there will see it again.\nNothing was done: this was a dry run.\n',
    );
    const before = api.requests.length;
    expect((await run('--event', key, '--to', 'http')).stdout).toContain('Done.');
    await arrived(before + 1);
    expect(arrivals()[before].experience.name).toBe('Tent bundle');
    expect(api.requests[before]?.id).toBe(`${key}-r1`);
  });

  test('sends all events of a span again, and says first how many', async () => {
    const span = ['--from', '2026-10-10', '--until', '2026-10-10T11:50:00Z', '--to', 'http'];
    const dry = (await run(...span, '--dry-run')).stdout;
    expect(dry).toContain('3 events from 2026-10-10T00:00:00.000Z to 2026-10-10T11:50:00.000Z.');
    expect(dry).toContain('http: 3 events that were sent before will be sent once more');
    expect(dry).toContain('Nothing was done: this was a dry run.');
    const before = api.requests.length;
    expect((await run(...span, '--experience', 'backpack')).stdout).toContain('2 messages are sent.');
    await arrived(before + 2);
    expect(await run('--from', '2020-01-01', '--until', '2020-01-02', '--to', 'http')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('0 events'),
    });
  });
});
