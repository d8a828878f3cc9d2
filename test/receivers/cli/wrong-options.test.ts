import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const home = temporaryFolder();
afterAll(() => home.remove());

const settings = { DATA_DIR: home.folder, HOST: '127.0.0.1', PORT: '1' };
const nowhere = join(home.folder, 'no-such-folder', 'file');

/** What is wrong with a command, and the sentence that says so and what to do. */
test.concurrent.each([
  [
    ['begin'],
    /There is no command “begin”\. The commands are start, send, .*doctor, copy-verifier, version\./,
  ],
  [['send', '--url', 'localhost', 'start'], /--url .*Write an address such as https:/],
  [['events', '--url', 'localhost:8787'], /--url .*Write an address such as https:/],
  [['events', '--state', 'lost'], /--state: Use one of waiting, ready, /],
  [['events'], /there are no events in the data folder .*\. Start the receiver \(npm start\), set DATA_DIR/],
  [['replay', '--to', 'slack'], /--to needs --event/],
  [['replay', '--from', '2026-10-10'], /Say where to send it/],
  [['replay', '--until', '2026-10-10'], /need --from/],
  [['replay', '--from', 'yesterday', '--to', 'slack'], /Write a time such as/],
  [
    ['preview', 'start', '--destination', 'email', '--out', nowhere],
    /no-such-folder.* cannot be written \(ENOENT\)\. Give --out/,
  ],
])('%j: the error says what to write instead', async (words, sentence) => {
  const { code, stdout, stderr } = await runCommandHere(words, settings);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
});
