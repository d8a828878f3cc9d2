import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { type SampleName, samplePayload } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';

const SECRETS = {
  MAIN_OLD: 'the-old-secret-of-the-main-store',
  MAIN_NEW: 'the-new-secret-of-the-main-store',
  OUTLET: 'the-secret-of-the-outlet',
};
const API_SECRET = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';

let home: ReturnType<typeof temporaryFolder>;
let apis: Record<'everything' | 'prices' | 'outlet', FakeOwnApi>;
let receiver: ReceiverHere;

beforeAll(async () => {
  home = temporaryFolder();
  const [everything, prices, outlet] = await Promise.all([
    startFakeOwnApi(),
    startFakeOwnApi({ secret: API_SECRET }),
    startFakeOwnApi(),
  ]);
  apis = { everything, prices, outlet };
  writeFileSync(
    join(home.folder, 'receivers.yaml'),
    `storage: { dataFolder: ./data }
log: { pretty: false }
updates: { quietSeconds: 0 }
delivery: { firstRetrySeconds: 0.05, retryFactor: 1 }
sources:
  - { name: default, title: Main store, secrets: ['\${MAIN_OLD}', '\${MAIN_NEW}'] }
  - { name: outlet, title: Outlet, secrets: ['\${OUTLET}'] }
destinations:
  - { name: everything, type: http, url: ${everything.url}, allowPrivate: true }
  - { name: prices, type: http, url: ${prices.url}, allowPrivate: true, secret: '\${API_SECRET}' }
  - { name: outlet, type: http, url: ${outlet.url}, allowPrivate: true, method: PUT }
routes:
  - { name: all, to: [everything] }
  - { name: price tests, when: { types: [pricing], actions: [startExperience] }, to: [prices] }
  - { name: of the outlet, when: { sources: [outlet] }, to: [outlet] }
`,
  );
  receiver = await ReceiverHere.start(
    { ...SECRETS, API_SECRET, INTELLIGEMS_WEBHOOK_SECRET: '' },
    { cwd: home.folder },
  );
});

afterAll(async () => {
  await receiver.stop();
  await Promise.all(Object.values(apis).map((api) => api.close()));
  home.remove();
});

/** A sample of an experience of its own. */
function fresh(name: SampleName, experience: object = {}): string {
  const payload = samplePayload(name);
  return JSON.stringify({
    ...payload,
    experience: { ...payload.experience, id: randomUUID(), ...experience },
  });
}

async function accepted(body: string, options: { path?: string; secret: string }): Promise<string> {
  const response = await receiver.post(body, options);
  expect(response.status).toBe(200);
  return ((await response.json()) as { event: string }).event;
}

const OUTLET = { path: '/webhooks/intelligems/outlet', secret: SECRETS.OUTLET };

/** Which of the destinations took the event. */
function takers(key: string): string[] {
  return Object.entries(apis)
    .filter(([, api]) => api.requests.some(({ id, tookEffect }) => id === key && tookEffect))
    .map(([name]) => name);
}

describe('several sources', () => {
  test('each source has its own address and its own secrets, any of which is valid', async () => {
    await accepted(fresh('create'), { secret: SECRETS.MAIN_OLD });
    await accepted(fresh('create'), { secret: SECRETS.MAIN_NEW });
    await accepted(fresh('create'), OUTLET);
  });

  test('a source cannot sign for another one', async () => {
    const wrong = [
      { secret: SECRETS.OUTLET },
      { path: '/webhooks/intelligems/default', secret: SECRETS.OUTLET },
      { ...OUTLET, secret: SECRETS.MAIN_NEW },
    ];
    for (const options of wrong) {
      expect((await receiver.post(fresh('create'), options)).status).toBe(401);
    }
  });
});

describe('several destinations of one kind', () => {
  test('destinations of one kind get what their routes name', async () => {
    const price = await accepted(fresh('start'), { secret: SECRETS.MAIN_NEW });
    const theme = await accepted(fresh('start', { type: 'content/theme' }), { secret: SECRETS.MAIN_NEW });
    const outlet = await accepted(fresh('start'), OUTLET);
    await receiver.printed(new RegExp(`"event":"${price}","destination":"prices".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${theme}","destination":"everything".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${outlet}","destination":"outlet".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${outlet}","destination":"prices".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${outlet}","destination":"everything".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${price}","destination":"everything".*"delivered"`));
    expect(takers(price)).toEqual(['everything', 'prices']);
    expect(takers(theme)).toEqual(['everything']);
    expect(takers(outlet)).toEqual(['everything', 'prices', 'outlet']);
  });

  test('destinations of one kind each have their own settings', () => {
    expect(new Set(apis.outlet.requests.map(({ method }) => method))).toEqual(new Set(['PUT']));
    expect(apis.prices.requests.every(({ headers }) => 'webhook-signature' in headers)).toBe(true);
    expect(apis.everything.requests.some(({ headers }) => 'webhook-signature' in headers)).toBe(false);
  });

  test('a failing destination of a kind does not hold up the others', async () => {
    apis.everything.faults.add({ kind: 'status', status: 503 }, { times: 2 });
    const key = await accepted(fresh('end'), OUTLET);
    await receiver.printed(new RegExp(`"event":"${key}","destination":"everything".*"will try again"`));
    await receiver.printed(new RegExp(`"event":"${key}","destination":"outlet".*"delivered"`));
    await receiver.printed(new RegExp(`"event":"${key}","destination":"everything".*"delivered"`));
    expect(takers(key)).toEqual(['everything', 'outlet']);
  });
});

test('several sources and destinations print no secret', () => {
  for (const secret of [...Object.values(SECRETS), API_SECRET]) {
    expect(receiver.output).not.toMatch(secret);
  }
});
