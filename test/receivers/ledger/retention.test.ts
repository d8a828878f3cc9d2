import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

let data: ReturnType<typeof temporaryFolder>;
let api: FakeOwnApi;

beforeEach(async () => {
  data = temporaryFolder();
  api = await startFakeOwnApi();
});

afterEach(async () => {
  await api.close();
  data.remove();
});

/** The keys of all events that the ledger holds. */
async function keptKeys(settings: Record<string, string>): Promise<string[]> {
  const { stdout } = await runCommandHere(['export'], settings);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).event.key);
}

test('old events are removed in batches, and dead letters stay until a person decides', async () => {
  const settings = {
    DATA_DIR: data.folder,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    LOG_PRETTY: 'false',
  };
  const first = await ReceiverHere.start(settings);
  const payload = samplePayload('start');
  const post = async (id: string): Promise<string> => {
    // Not before it is received, so that the time of receipt is proven.
    const timestamp = Date.now() + 10_000;
    const body = JSON.stringify({ ...payload, timestamp, experience: { ...payload.experience, id } });
    return ((await (await first.post(body)).json()) as { event: string }).event;
  };
  api.answer = { status: 410, headers: {}, body: 'gone' };
  const dead = await post('dead');
  await first.printed(/"dead letter"/);
  api.answer = { status: 200, headers: {}, body: '' };
  await Promise.all(Array.from({ length: 250 }, (_, index) => post(`kept-${index}`)));
  await first.printedTimes('"msg":"delivered"', 250);
  await first.stop();
  expect(await keptKeys({ ...settings, PORT: '1' })).toHaveLength(251);

  const second = await ReceiverHere.start({ ...settings, RETENTION_DAYS: '0.000001' });
  await second.printed(/"removed":250.*"old events removed"/);
  await second.stop();
  expect(await keptKeys({ ...settings, PORT: '1' })).toEqual([dead]);
});
