import { describe, expect, test } from '@jest/globals';
import type { FakeOwnApi } from '../../fakes/own-api.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import type { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { until } from '../../fixtures/until.ts';
import type { ConnectionsClient } from './api-client.ts';
import { draftOf, SHARED, startApi, startReceiver, useStage } from './stage.ts';

const EVENTS = 200;
const EVERY_MS = 10;

const stage = useStage();

/** Posts events, each of an experience of its own, a hundred a second. Gives their keys. */
async function postMany(receivers: readonly ReceiverHere[]): Promise<string[]> {
  const answers: Promise<string>[] = [];
  for (let number = 0; number < EVENTS; number += 1) {
    const payload = samplePayload('start');
    const experience = { ...payload.experience, id: `experience-${number}` };
    const receiver = receivers[number % receivers.length] as ReceiverHere;
    answers.push(keyOf(receiver.post(JSON.stringify({ ...payload, experience }))));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return Promise.all(answers);
}

async function keyOf(posted: Promise<Response>): Promise<string> {
  const response = await posted;
  expect(response.status).toBe(200);
  return ((await response.json()) as { event: string }).event;
}

/** Changes one destination, and adds and removes another, until it is stopped; gives how many changes were saved. */
function changeOften(apis: readonly ConnectionsClient[], own: FakeOwnApi, id: string) {
  let stopped = false;
  async function run(): Promise<number> {
    let changes = 0;
    while (!stopped) {
      const api = apis[changes % apis.length] as ConnectionsClient;
      const { destinations } = await api.get('/connections');
      const { setBy } = destinations.find((each: { name: string }) => each.name === 'ours');
      const method = changes % 2 === 0 ? 'PUT' : 'POST';
      const values = { url: own.url, allowPrivate: true, method };
      const { status } = await api.save({ kind: 'destination', id, version: setBy.version, values });
      changes += status === 200 ? 1 : 0;
      const extra = destinations.find((each: { name: string }) => each.name === 'extra');
      const { answer } =
        extra === undefined
          ? await api.save(draftOf(own, 'extra'))
          : await api.post('/connections/remove', { kind: 'destination', ...extra.setBy, by: undefined });
      changes += ['saved', 'removed'].includes(answer.result) ? 1 : 0;
    }
    return changes;
  }
  const running = run();
  return async () => {
    stopped = true;
    return running;
  };
}

describe.each([
  ['SQLite', 1, async () => ({})],
  [
    'PostgreSQL with two receivers',
    2,
    async () => ({ ...SHARED, DATABASE_URL: await stage.createDatabase() }),
  ],
] as const)('on %s', (_engine, count, settingsOf) => {
  test('while settings change and 100 events a second arrive, each event is delivered exactly once', async () => {
    const own = await startApi();
    const settings = await settingsOf();
    const started = [];
    for (let number = 0; number < count; number += 1) {
      started.push(await startReceiver(settings));
    }
    const [{ api }] = started as [(typeof started)[0]];
    const { answer } = await api.save(draftOf(own, 'ours'));
    const route = { kind: 'route', name: 'all', values: { to: ['ours'] } };
    expect((await api.save(route)).status).toBe(200);
    for (const other of started) {
      await until(
        () => other.receiver.output,
        (output) => other.api === api || output.includes('took over the settings'),
      );
    }
    const stop = changeOften(
      started.map((each) => each.api),
      own,
      answer.connection.setBy.id,
    );
    const keys = await postMany(started.map(({ receiver }) => receiver));
    const changes = await stop();
    expect(new Set(keys).size).toBe(EVENTS);
    expect(changes).toBeGreaterThan(5);
    await until(
      () => new Set(own.requests.map(({ id }) => id)).size,
      (delivered) => delivered === EVENTS,
    );
    expect(new Set(own.requests.map(({ method }) => method))).toEqual(new Set(['POST', 'PUT']));
    expect(own.requests.map(({ id }) => id).sort()).toEqual([...keys].sort());
  });
});
