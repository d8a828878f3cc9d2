import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../../fakes/own-api.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { temporaryFolder } from '../../../fixtures/receiver.ts';
import { ReceiverHere } from '../../../fixtures/receiver-here.ts';
import { attempt } from '../common/opened.ts';
import { opened } from './opened.ts';

const home = temporaryFolder();
let api: FakeOwnApi;
let receiver: ReceiverHere;

beforeAll(async () => {
  api = await startFakeOwnApi();
  const url = api.url.replace('http:', 'https:');
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    FORWARD_URL: url,
    FORWARD_ALLOW_PRIVATE: 'true',
  });
});

afterAll(async () => {
  await receiver?.stop();
  await api?.close();
  home.remove();
});

test('the check at start names https at a port without TLS, and nothing else', async () => {
  await receiver.printed(
    /"127\.0\.0\.1:\d+ answers without TLS: write http:\/\/ instead of https:\/\/, or use another port\."/,
  );
  expect(receiver.output).not.toContain('Warning');
});

test('each attempt names https at a port without TLS', async () => {
  const destination = await opened({ url: api.url.replace('http:', 'https:') });
  const outcome = await destination.send(sampleMessage('start'), attempt());
  await destination.close();
  expect(outcome).toEqual({ type: 'retry', reason: expect.stringMatching(/^127\S+ answers without TLS: /) });
});
