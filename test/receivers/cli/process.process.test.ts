import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCommand } from '../../fixtures/receiver.ts';
import { filledHome, settingsOf } from './home.ts';

let home: { folder: string; remove(): void };

beforeAll(async () => {
  home = await filledHome();
});
afterAll(() => home.remove());

/** Each command once as a process of its own: what it prints, and its exit code. */
test.each<[words: string[], code: number, printed: RegExp]>([
  [['--help'], 0, /Usage: intelligems-receivers .*Commands:\n {2}start /s],
  [['start', '--role', 'both'], 78, /RECEIVER_ROLE/],
  [['send', 'start', '--secret', 'x'], 1, /Is the receiver running\?/],
  [['verify', '--signature', 'x', '--body', '-', '--secret', 'x'], 1, /^Refused/],
  [['find-header', '--secret', 'x', '--request', 'package.json'], 1, /not a whole HTTP request/],
  [['routes', '--event', 'shared/samples/start.json'], 0, /startExperience of .*It goes to http\.\n/s],
  [['preview', 'start', '--destination', 'slack'], 0, /── Slack/],
  [['events'], 0, /\n4 events\.\n$/],
  [['replay'], 0, /^http: 2 messages/],
  [['reconcile'], 1, /Set INTELLIGEMS_ACCESS_TOKEN/],
  [['export'], 0, /4 events written\.\n$/],
  [['import', '--from', '.'], 1, /DATABASE_URL names no database/],
  [['zapier-keys'], 0, /There are no keys/],
  [['doctor', '--offline'], 0, /No problems found\.\n$/],
])('the process of %j ends with %i', async (words, expectedCode, printed) => {
  const { code, stdout, stderr } = await runCommand(
    words,
    settingsOf(home.folder, 'http://127.0.0.1:9/events'),
    {
      input: '{}',
    },
  );
  expect(stdout + stderr).toMatch(printed);
  expect(code).toBe(expectedCode);
});
