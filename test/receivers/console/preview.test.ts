import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';

const home = temporaryFolder();
let own: FakeOwnApi;
let receiver: ReceiverHere;

beforeAll(async () => {
  own = await startFakeOwnApi();
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    FORWARD_URL: own.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    UPDATE_QUIET_SECONDS: '0.3',
  });
});
afterAll(async () => {
  await receiver?.stop();
  await own?.close();
  home.remove();
});

/** Posts an update of the sample experience; gives its key. */
async function update(second: number, changed: Record<string, unknown>): Promise<string> {
  const { timestamp, experience, ...rest } = samplePayload('start');
  const body = {
    ...rest,
    action: 'updateExperience',
    timestamp: Number(timestamp) + second * 1_000,
    experience: { ...experience, ...changed },
  };
  const answer = await (await receiver.post(JSON.stringify(body))).json();
  return (answer as { event: string }).event;
}

async function previewed(key: string): Promise<{ changes: unknown[] }> {
  const response = await fetch(`${receiver.url}/console/api/events/${key}/preview/http`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { document } = (await response.json()) as { document: { content: string } };
  return JSON.parse(document.content);
}

test('the preview of an update that closed a burst shows all its changes, and that of the next update only its own', async () => {
  await receiver.post(JSON.stringify(samplePayload('start')));
  await receiver.printed(/delivered/);
  await update(1, { name: 'Renamed' });
  const closing = await update(2, { name: 'Renamed', description: 'Described anew' });
  await receiver.printed(new RegExp(`"event":"${closing}"[^\\n]*"msg":"delivered"`));
  const { changes } = JSON.parse(String(own.requests.at(-1)?.body));
  expect(changes).toHaveLength(2);
  expect((await previewed(closing)).changes).toEqual(changes);

  const next = await update(3, { name: 'Renamed again', description: 'Described anew' });
  await receiver.printed(new RegExp(`"event":"${next}"[^\\n]*"msg":"delivered"`));
  expect((await previewed(next)).changes).toEqual(JSON.parse(String(own.requests.at(-1)?.body)).changes);
});
