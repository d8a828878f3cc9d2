import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { until } from '../../fixtures/until.ts';
import { ConnectionsClient } from './api-client.ts';

const TOKEN = 'the-token-of-the-tests';
const VIEWER_TOKEN = 'the-token-for-reading';

let home: ReturnType<typeof temporaryFolder>;
let receiver: ReceiverHere;
let api: ConnectionsClient;
let own: FakeOwnApi;

async function start(settings: Record<string, string> = {}): Promise<void> {
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    CONSOLE_VIEWER_TOKEN: VIEWER_TOKEN,
    UPDATE_QUIET_SECONDS: '0',
    FIRST_RETRY_SECONDS: '0.2',
    ...settings,
  });
  api = new ConnectionsClient(receiver.url, TOKEN);
}

async function restart(settings: Record<string, string> = {}): Promise<void> {
  await receiver.stop();
  await start(settings);
}

function httpDraft(fields: Record<string, unknown> = {}, url = own.url) {
  const values = { url, allowPrivate: true };
  return { kind: 'destination', type: 'http', title: 'Our API', values, ...fields };
}

async function saved(draft: Record<string, unknown>) {
  const { status, answer } = await api.save(draft);
  expect({ status, result: answer.result, faults: answer.faults }).toEqual({
    status: 200,
    result: 'saved',
    faults: undefined,
  });
  return answer.connection;
}

const destinationOf = async (name: string) =>
  (await api.get('/connections')).destinations.find((each: { name: string }) => each.name === name);

async function open(): Promise<void> {
  home = temporaryFolder();
  own = await startFakeOwnApi();
  await start();
}

async function close(): Promise<void> {
  await receiver?.stop();
  await own.close();
  home.remove();
}

describe('a draft that is not saved', () => {
  beforeAll(open);
  afterAll(close);

  test.each([
    ['nothing', {}, 'type'],
    ['an empty type', { type: '' }, 'type'],
    ['an unknown type', { type: 'pigeon', name: 'a' }, 'type'],
    ['a type that every object has', { type: 'toString' }, 'type'],
    ['a long name', { type: 'http', name: 'x'.repeat(101) }, 'name'],
    ['a long title', { type: 'http', title: 'x'.repeat(101) }, 'title'],
    ['lists where text belongs', { type: 'http', values: { url: [[]], secret: [{}] } }, 'url'],
  ])('a draft of a destination with %s is answered with what to write', async (_, fields, field) => {
    const draft = { kind: 'destination', values: {}, ...fields };
    for (const path of ['/connections/check', '/connections/test', '/connections/save']) {
      const { status, answer } = await api.post(path, draft);
      expect([path, status]).toEqual([path, path.endsWith('save') ? 422 : 200]);
      expect(answer.faults.map((fault: { field: string }) => fault.field)).toContain(field);
    }
  });

  test('a draft with mistakes is not saved: each fault names its field and what to write', async () => {
    const { status, answer } = await api.save(httpDraft({ values: { url: 'our-api', timeoutMs: '5' } }));
    expect(status).toBe(422);
    expect(answer.faults.map(({ field }: { field: string }) => field).sort()).toEqual(['timeoutMs', 'url']);
    expect(JSON.stringify(answer)).toContain('Write a whole URL');
    expect((await api.get('/connections')).version).toBe(0);
    const unknown = await api.save(httpDraft({ values: { url: own.url, colour: 'red' } }));
    expect(unknown.answer.faults).toMatchObject([{ field: 'colour' }]);
  });

  test('a viewer may look at everything, and change and check nothing', async () => {
    const viewer = new ConnectionsClient(receiver.url, VIEWER_TOKEN);
    expect((await viewer.get('/connections')).destinations).toHaveLength(1);
    expect(await viewer.get('/connections/changes')).toEqual({ changes: [] });
    for (const path of ['save', 'check', 'test', 'remove', 'choices']) {
      expect(await viewer.post(`/connections/${path}`, httpDraft())).toMatchObject({ status: 403 });
    }
    expect(own.requests).toEqual([]);
  });

  test('the channels of the Slack workspace can be chosen, with what is still to be done in each', async () => {
    const slack = await startFakeSlack({
      channels: [
        { id: 'C0000000002', name: 'alerts', isMember: false },
        { id: 'C0000000003', name: 'archive', isArchived: true },
        { id: 'C0000000004', name: 'secret-tests', isPrivate: true, isMember: true },
      ],
    });
    slack.setListPageSize(2);
    const values = { token: slack.token, apiUrl: slack.url };
    const draft = { kind: 'destination', type: 'slack', values };
    const { answer } = await api.post('/connections/choices', { draft, field: 'channel' });
    expect(answer.choices).toEqual([
      { value: 'C0123456789', label: '#experiments', note: null },
      { value: 'C0000000004', label: '#secret-tests (private)', note: null },
      {
        value: 'C0000000002',
        label: '#alerts',
        note: expect.stringMatching(/^Type in the channel: \/invite @/),
      },
    ]);
    const wrong = { ...draft, values: { ...values, token: 'xoxb-wrong' } };
    expect((await api.post('/connections/choices', { draft: wrong, field: 'channel' })).answer).toEqual({
      choices: [],
    });
    await slack.close();
  });

  test('a draft is checked and tested without being saved', async () => {
    const slack: FakeSlack = await startFakeSlack();
    const draft = {
      kind: 'destination',
      type: 'slack',
      values: { token: slack.token, channel: ['C0123456789'], apiUrl: slack.url },
    };
    const { answer: wrong } = await api.post('/connections/check', {
      ...draft,
      values: { ...draft.values, token: 'xoxb-of-somebody-else' },
    });
    expect(wrong.faults).toEqual([]);
    expect(wrong.checks[0]).toMatchObject({ state: 'fault' });
    const { answer: right } = await api.post('/connections/check', draft);
    expect(right.checks.every(({ state }: { state: string }) => state === 'ok')).toBe(true);
    expect(slack.messages()).toEqual([]);
    const { answer: tested } = await api.post('/connections/test', draft);
    expect(tested).toMatchObject({ faults: [], outcome: { type: 'done' } });
    expect(JSON.stringify(slack.messages())).toContain('Test from the console');
    expect((await api.get('/connections')).version).toBe(0);
    await slack.close();
  });
});

describe('what is connected in the console', () => {
  beforeEach(open);
  afterEach(close);

  test('a destination that is saved gets the next event, and keeps working after a restart', async () => {
    expect((await api.get('/connections')).destinations).toMatchObject([
      { name: 'preview', setBy: { by: 'receiver' } },
    ]);
    const connection = await saved(httpDraft());
    expect(connection).toMatchObject({ name: 'http', title: 'Our API', secrets: ['url'], problem: null });
    expect(JSON.stringify(connection)).not.toContain(own.url);
    await receiver.post(sampleBody('start'));
    await until(
      () => own.requests.length,
      (count) => count === 1,
    );
    await restart();
    expect((await api.get('/connections')).destinations).toMatchObject([{ name: 'http', title: 'Our API' }]);
    await receiver.post(sampleBody('pause'));
    await until(
      () => own.requests.length,
      (count) => count === 2,
    );
  });

  test('its secrets are sealed in the ledger, and the key is a file that only its owner can read', async () => {
    await saved(
      httpDraft({
        values: { url: own.url, allowPrivate: true, secret: 'whsec_c2VhbGVkLXNlY3JldC1vZi10aGUtdGVzdHM=' },
      }),
    );
    expect(statSync(join(home.folder, 'settings-key')).mode & 0o777).toBe(0o600);
    await receiver.stop();
    const stored = ['ledger.sqlite', 'ledger.sqlite-wal']
      .map((file) => join(home.folder, file))
      .filter((file) => statSync(file, { throwIfNoEntry: false }))
      .map((file) => readFileSync(file, 'latin1'))
      .join('');
    expect(stored).toContain('"name":"http"');
    expect(stored).not.toContain(own.url);
    expect(stored).not.toContain('c2VhbGVkLXNlY3JldC1v');
    await start();
  });

  test('of two people who change the same thing, the second gets a conflict, and nothing is overwritten', async () => {
    const { setBy } = await saved(httpDraft());
    const { id, version } = setBy;
    await saved({ kind: 'destination', id, version, title: 'First', values: { allowPrivate: true } });
    const second = await api.save({ kind: 'destination', id, version, title: 'Second', values: {} });
    expect(second).toMatchObject({
      status: 409,
      answer: { result: 'conflict', current: { title: 'First' } },
    });
    expect(await destinationOf('http')).toMatchObject({ title: 'First', secrets: ['url'] });
  });

  test('many people who change different things at the same time all get theirs saved', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    await Promise.all(names.map((name) => saved(httpDraft({ name, title: name }))));
    const { destinations, version } = await api.get('/connections');
    expect(destinations.map(({ name }: { name: string }) => name).sort()).toEqual([...names].sort());
    expect(version).toBe(5);
  });

  test('a secret that is left out is kept, and a new one replaces it', async () => {
    const { setBy } = await saved(httpDraft());
    const other = await startFakeOwnApi();
    await saved({
      kind: 'destination',
      id: setBy.id,
      version: setBy.version,
      title: 'Still ours',
      values: { allowPrivate: true, method: 'PUT' },
    });
    await receiver.post(sampleBody('start'));
    await until(
      () => own.requests,
      (requests) => requests.some(({ method }) => method === 'PUT'),
    );
    const { version } = (await destinationOf('http')).setBy;
    await saved({
      kind: 'destination',
      id: setBy.id,
      version,
      values: { url: other.url, allowPrivate: true },
    });
    await receiver.post(sampleBody('pause'));
    await until(
      () => other.requests.length,
      (count) => count === 1,
    );
    const { changes } = await api.get('/connections/changes');
    expect(changes[0]).toMatchObject({
      change: 'changed',
      name: 'http',
      details: expect.arrayContaining(['url: replaced', 'method: removed']),
      by: { role: 'editor', via: 'api' },
    });
    expect(JSON.stringify(changes)).not.toContain(other.url);
    await other.close();
  });

  test('what the environment sets is listed with its variables, keeps working, and cannot be changed', async () => {
    await restart({ FORWARD_URL: own.url, FORWARD_ALLOW_PRIVATE: 'true' });
    expect(await destinationOf('http')).toMatchObject({
      setBy: { by: 'environment', where: 'FORWARD_URL, FORWARD_ALLOW_PRIVATE' },
      secrets: ['url'],
    });
    const clash = await api.save(httpDraft({ name: 'http' }));
    expect(clash).toMatchObject({ status: 422, answer: { faults: [{ field: 'name' }] } });
    const other = await startFakeOwnApi();
    const { name } = await saved(httpDraft({}, other.url));
    expect(name).toBe('http-2');
    await receiver.post(sampleBody('start'));
    await until(
      () => [own.requests.length, other.requests.length],
      ([one, two]) => one === 1 && two === 1,
    );
    await other.close();
  });

  test('a destination whose name the environment sets later can be removed, and routes keep that of the environment', async () => {
    const { setBy } = await saved(httpDraft({ name: 'http' }));
    await saved(httpDraft({ name: 'second' }));
    await saved({ kind: 'route', name: 'both', values: { to: ['http', 'second'] } });
    await saved({ kind: 'route', name: 'one', values: { to: ['http'] } });
    const other = await startFakeOwnApi();
    await restart({ FORWARD_URL: other.url, FORWARD_ALLOW_PRIVATE: 'true' });
    expect((await api.get('/connections')).warnings.join()).toContain('Remove one of the two.');
    expect(await api.get(`/connections/destination/${setBy.id}/removal`)).toMatchObject({
      refusal: null,
      words: [expect.stringContaining('FORWARD_URL, FORWARD_ALLOW_PRIVATE stays')],
    });
    const { status } = await api.post('/connections/remove', {
      kind: 'destination',
      id: setBy.id,
      version: setBy.version,
    });
    expect(status).toBe(200);
    const { routes, removed, warnings } = await api.get('/connections');
    expect({ removed, warnings }).toEqual({ removed: [], warnings: [] });
    expect(routes.map(({ values }: { values: object }) => values)).toEqual([
      { to: ['http', 'second'] },
      { to: ['http'] },
    ]);
    await receiver.post(sampleBody('start'));
    await until(
      () => [own.requests.length, other.requests.length],
      ([one, two]) => one === 1 && two === 1,
    );
    await other.close();
  });

  test('a source gets its URL and a secret that is shown once, and its webhooks are accepted at once', async () => {
    await saved(httpDraft());
    const { answer } = await api.save({ kind: 'source', name: 'alpine', title: 'Alpine Shop', values: {} });
    expect(answer.secret).toMatch(/^[0-9a-f]{64}$/);
    const posted = await postSigned(receiver.url, sampleBody('start'), {
      path: '/webhooks/intelligems/alpine',
      secret: answer.secret,
    } as never);
    expect(posted.status).toBe(200);
    await until(
      () => own.requests.length,
      (count) => count === 1,
    );
    const { sources } = await api.get('/connections');
    expect(sources).toMatchObject([
      { name: 'default' },
      { name: 'alpine', title: 'Alpine Shop', secrets: ['secrets'] },
    ]);
    expect(JSON.stringify(sources)).not.toContain(answer.secret);
  });

  test('the audit log hides a new secret in what people wrote, and leaves its own words as they are', async () => {
    const values = { secrets: ['source', 'console'] };
    const draft = { kind: 'source', name: 'alpine', title: 'Our console', values };
    expect((await api.save(draft)).status).toBe(200);
    const listed = JSON.stringify(await api.get('/connections'));
    const [, id, version] = /"id":"([^"]+)","version":(\d+)/.exec(listed) ?? [];
    await api.post('/connections/remove', { kind: 'source', id, version: Number(version) });
    await restart();
    expect((await api.get('/connections/changes')).changes).toMatchObject([
      { kind: 'source', change: 'removed' },
      { kind: 'source', change: 'added', title: 'Our [secret]', by: { via: 'api' } },
    ]);
  });

  test('fields of the default source that the environment sets cannot be set here, and the others can', async () => {
    const draft = { kind: 'source', name: 'default' };
    const values = { secrets: ['b7e1d09cbb4e4f3a9d2752f0c9a1b6e8'] };
    const { status, answer } = await api.save({ ...draft, values });
    expect(status).toBe(422);
    expect(answer.faults).toMatchObject([
      { field: 'secrets', message: expect.stringContaining('INTELLIGEMS_WEBHOOK_SECRET') },
    ]);
    const connection = await saved({ ...draft, title: 'My Shop', values: { organizationId: 'org-1' } });
    expect(connection).toMatchObject({ title: 'My Shop', values: { organizationId: 'org-1' } });
    expect((await receiver.post(sampleBody('start'))).status).toBe(200);
  });

  test('routes apply in their order as soon as they are saved', async () => {
    const other = await startFakeOwnApi();
    await saved(httpDraft({ name: 'ours' }));
    await saved(httpDraft({ name: 'theirs' }, other.url));
    const ends = { kind: 'route', name: 'Ends', values: { when: { actions: ['end'] }, to: ['theirs'] } };
    const starts = { kind: 'route', name: 'Starts', values: { when: { actions: ['start'] }, to: ['ours'] } };
    const [first, second] = [await saved(ends), await saved(starts)];
    await receiver.post(sampleBody('start'));
    await until(
      () => own.requests.length,
      (count) => count === 1,
    );
    expect(other.requests).toEqual([]);
    const { version } = await api.get('/connections');
    const ids = [second.setBy.id, first.setBy.id];
    expect(await api.post('/connections/routes/order', { ids, version })).toMatchObject({ status: 200 });
    expect(await api.post('/connections/routes/order', { ids, version })).toMatchObject({ status: 409 });
    const { routes } = await api.get('/connections');
    expect(routes.map(({ name }: { name: string }) => name)).toEqual(['Starts', 'Ends']);
    const wrong = { kind: 'route', name: 'Wrong', values: { to: ['nowhere'], quietHours: { from: '22' } } };
    const { answer } = await api.save(wrong);
    expect(answer.faults.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(['to[0]', 'quietHours.from']),
    );
    await other.close();
  });

  test('without the settings key, what needs its secrets waits, and everything else works', async () => {
    const { setBy } = await saved(httpDraft({ name: 'ours' }));
    await receiver.stop();
    rmSync(join(home.folder, 'settings-key'));
    const other = await startFakeOwnApi();
    await start({ FORWARD_URL: other.url, FORWARD_ALLOW_PRIVATE: 'true' });
    expect(receiver.output).toContain('The settings key is missing.');
    const ready = (await (await fetch(`${receiver.url}/readyz`)).json()) as { warnings: string[] };
    expect(ready.warnings.join()).toMatch(
      /“ours” of the console does not work.+Restore the file settings-key/,
    );
    await receiver.post(sampleBody('start'));
    await until(
      () => other.requests.length,
      (count) => count === 1,
    );
    expect(await destinationOf('ours')).toMatchObject({ problem: expect.stringContaining('key is missing') });
    const reentered = {
      kind: 'destination',
      id: setBy.id,
      version: setBy.version,
      values: { url: own.url, allowPrivate: true },
    };
    await saved(reentered);
    await until(
      () => own.requests.length,
      (count) => count === 1,
    );
    await receiver.stop();
    writeFileSync(join(home.folder, 'settings-key'), 'another key that is as long as a key has to be');
    await start();
    expect((await destinationOf('ours')).problem).toContain('another settings key');
    await other.close();
  });

  test('a settings key that is an empty file or a folder is reported, and everything else works', async () => {
    await saved(httpDraft());
    const key = join(home.folder, 'settings-key');
    for (const spoil of [() => writeFileSync(key, ''), () => mkdirSync(key)]) {
      await receiver.stop();
      rmSync(key, { recursive: true });
      spoil();
      await start();
      expect(await destinationOf('http')).toMatchObject({
        problem: expect.stringContaining('The settings key is missing.'),
      });
      expect(await api.save(httpDraft({ name: 'other' }))).toMatchObject({
        status: 422,
        answer: {
          faults: [{ field: '', message: expect.stringContaining('The settings key cannot be used.') }],
        },
      });
      expect((await receiver.post(sampleBody('start'))).status).toBe(200);
    }
  });

  test('an event that still waits for the preview when a destination is connected is no dead letter', async () => {
    await restart({ UPDATE_QUIET_SECONDS: '60' });
    await receiver.post(sampleBody('update'));
    await saved(httpDraft());
    await restart();
    const { events } = await api.get('/events');
    const path = `/events/${events[0].key}`;
    const delivery = async () => (await api.get(path)).deliveries[0];
    expect(await delivery()).toMatchObject({ destination: 'preview', state: 'ready' });
    await api.post(`${path}/deliveries/${(await delivery()).id}/now`, {});
    while (['ready', 'running'].includes((await delivery()).state)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await delivery()).toMatchObject({ destination: 'preview', state: 'done' });
  });

  test('SETTINGS_KEY seals instead of the file, and opens what either sealed', async () => {
    await saved(httpDraft());
    const key = 'a key of the environment that is long enough';
    await restart({ SETTINGS_KEY: key });
    expect(await destinationOf('http')).toMatchObject({ problem: null });
    await saved(httpDraft({ name: 'second' }));
    await receiver.stop();
    rmSync(join(home.folder, 'settings-key'));
    const newer = 'a newer key of the environment that is long enough';
    await start({ SETTINGS_KEY: newer });
    expect(await destinationOf('second')).toMatchObject({ problem: expect.stringContaining('SETTINGS_KEY') });
    await restart({ SETTINGS_KEY: `${newer},${key}` });
    expect(await destinationOf('second')).toMatchObject({ problem: null });
    expect(await destinationOf('http')).toMatchObject({
      problem: expect.stringContaining('another settings key'),
    });
  });

  test('the settings of the console can be copied as YAML, with variables instead of secrets', async () => {
    const variable = '$'.concat('{NOT_A_VARIABLE}');
    await saved(httpDraft({ values: { url: own.url, allowPrivate: true, body: `{"a":"${variable}"}` } }));
    await api.save({ kind: 'source', name: 'alpine', title: 'Alpine', values: {} });
    await saved({ kind: 'route', name: 'All', values: { to: ['http'] } });
    const { yaml } = await api.get('/connections/yaml');
    expect(yaml).toContain('#   HTTP_URL');
    expect(yaml).toMatch(/url: \$\{HTTP_URL\}/);
    expect(yaml).toContain(`$${variable}`);
    expect(yaml).not.toContain(own.url);
    const file = join(home.folder, 'receivers.yaml');
    writeFileSync(file, yaml);
    const { loadConfiguration } = await import('../../../receivers/config/load.ts');
    const environment = { CONFIG_FILE: file, HTTP_URL: own.url, ALPINE_SECRETS: 'a secret of alpine' };
    expect(loadConfiguration({ environment })).toMatchObject({ ok: true });
    await saved(httpDraft({ name: 'own-api' }));
    await saved(httpDraft({ name: 'own_api' }));
    const { yaml: withBoth } = await api.get('/connections/yaml');
    expect(withBoth).toMatch(/url: \$\{OWN_API_URL\}\n[\s\S]*url: \$\{OWN_API_URL_2\}/);
  });

  test('a draft can be seen before it is saved: a destination as a message, a route as what would happen', async () => {
    const values = { token: 'xoxb-a-token', channel: ['C0123456789'] };
    const slack = { kind: 'destination', type: 'slack', values };
    const { answer } = await api.post('/connections/preview', slack);
    expect(answer.preview.text).toContain('Test from the console');
    await saved(httpDraft({ name: 'ours' }));
    const when = { actions: ['end'] };
    const draft = { kind: 'route', name: 'Ends', values: { when, to: ['ours'] } };
    const body = sampleBody('start').toString();
    const explained = await api.post('/connections/explain', { draft, body });
    expect(explained.answer.explained.outcomes).toMatchObject([
      { destinations: [], routes: [{ route: 'Ends' }] },
    ]);
    expect((await api.get('/connections')).routes).toMatchObject([{ name: 'all events' }]);
  });

  describe('a destination that is removed while deliveries to it are open', () => {
    /** Saves a destination that fails, and lets it get one event. */
    async function failing() {
      own.answer.status = 500;
      const { setBy } = await saved(httpDraft({ name: 'old' }));
      await receiver.post(sampleBody('start'));
      await until(
        () => own.requests.length,
        (count) => count > 0,
      );
      return setBy as { id: string; version: number };
    }

    const remove = (id: string, version: number, deliveries?: object) =>
      api.post('/connections/remove', {
        kind: 'destination',
        id,
        version,
        ...(deliveries && { deliveries }),
      });

    async function statesOfNewest(): Promise<string[]> {
      const { events } = await api.get('/events');
      const { deliveries } = await api.get(`/events/${events[0].key}`);
      return deliveries
        .map(({ destination, state }: { destination: string; state: string }) => `${destination} ${state}`)
        .sort();
    }

    /** Resolves once the deliveries of the newest event are in these states. */
    async function untilStates(...expected: string[]): Promise<void> {
      while (!isDeepStrictEqual(await statesOfNewest(), expected)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    test('a person chooses what happens to open deliveries, and sees what a removal does', async () => {
      const { id, version } = await failing();
      expect(await api.get(`/connections/destination/${id}/removal`)).toMatchObject({
        open: 1,
        dead: 0,
        refusal: null,
        words: expect.arrayContaining([expect.stringContaining('1 open delivery')]),
      });
      const unchosen = await remove(id, version);
      expect(unchosen).toMatchObject({ status: 422, answer: { faults: [{ field: 'deliveries' }] } });
      expect(await destinationOf('old')).toBeDefined();
    });

    test('they wait, also through a restart, until a destination with its name is back', async () => {
      const { id, version } = await failing();
      expect(await remove(id, version, { choice: 'wait' })).toMatchObject({ status: 200 });
      expect(await destinationOf('old')).toBeUndefined();
      await restart();
      expect((await api.get('/connections')).removed).toEqual([
        { name: 'old', deliveries: { choice: 'wait' }, open: 1 },
      ]);
      expect(await statesOfNewest()).toEqual(['old ready']);
      const before = own.requests.length;
      own.answer.status = 200;
      await saved(httpDraft({ name: 'old' }));
      await api.post('/destinations/old/resume', {});
      await until(
        () => own.requests.length,
        (count) => count > before,
      );
      expect((await api.get('/connections')).removed).toEqual([]);
    });

    test('they move to another destination, unless it has the event already', async () => {
      const other = await startFakeOwnApi();
      const { id, version } = await failing();
      await saved(httpDraft({ name: 'new' }, other.url));
      expect(await remove(id, version, { choice: 'move', to: 'nowhere' })).toMatchObject({ status: 400 });
      expect(await remove(id, version, { choice: 'move', to: 'new' })).toMatchObject({ status: 200 });
      await until(
        () => other.requests.length,
        (count) => count === 1,
      );
      await untilStates('new done', 'old done');
      await other.close();
    });

    test('what was moved away is delivered when it is moved back to a new destination with the old name', async () => {
      const old = await failing();
      const next = await saved(httpDraft({ name: 'new' }));
      expect(await remove(old.id, old.version, { choice: 'move', to: 'new' })).toMatchObject({ status: 200 });
      await untilStates('new ready', 'old done');
      const working = await startFakeOwnApi();
      await saved(httpDraft({ name: 'old' }, working.url));
      const { id, version } = next.setBy;
      expect(await remove(id, version, { choice: 'move', to: 'old' })).toMatchObject({ status: 200 });
      await api.post('/destinations/old/resume', {});
      await until(
        () => working.requests.length,
        (count) => count === 1,
      );
      await untilStates('new done', 'old done', 'old done');
      await working.close();
    });

    test('they become dead letters, also if that is chosen later', async () => {
      const { id, version } = await failing();
      await remove(id, version, { choice: 'wait' });
      expect(await api.post('/connections/removed/old', { deliveries: { choice: 'dead' } })).toMatchObject({
        status: 200,
      });
      for (let states: string[] = []; !states.includes('old dead'); states = await statesOfNewest()) {}
      const { deadLetters = [], groups = deadLetters } = await api.get('/dead-letters');
      expect(JSON.stringify(groups)).toContain('removed in the console');
    });

    test('it is refused while a route sends only there, and taken out of routes that send elsewhere too', async () => {
      const other = await startFakeOwnApi();
      const { setBy } = await saved(httpDraft({ name: 'old' }));
      await saved(httpDraft({ name: 'new' }, other.url));
      const route = { kind: 'route', name: 'Starts', values: { when: { actions: ['start'] }, to: ['old'] } };
      const { setBy: of } = await saved(route);
      const refused = await remove(setBy.id, setBy.version);
      expect(refused.answer.faults[0].message).toContain('route “Starts”');
      await saved({
        ...route,
        id: of.id,
        version: of.version,
        values: { ...route.values, to: ['old', 'new'] },
      });
      expect(await remove(setBy.id, setBy.version)).toMatchObject({ status: 200 });
      expect((await api.get('/connections')).routes).toMatchObject([
        { name: 'Starts', values: { to: ['new'] } },
      ]);
      await other.close();
    });
  });

  test('a secret that is kept is not sent to another address, and no file of the machine can be named', async () => {
    const other = await startFakeOwnApi();
    const { setBy } = await saved(
      httpDraft({ values: { url: own.url, allowPrivate: true, headers: { 'x-key': 'a key of ours' } } }),
    );
    const moved = {
      kind: 'destination',
      ...setBy,
      by: undefined,
      values: { url: other.url, allowPrivate: true },
    };
    expect((await api.save(moved)).answer.faults).toMatchObject([{ field: 'headers' }]);
    const sheets = { serviceAccountKey: '/etc/passwd', spreadsheetId: 'a-spreadsheet' };
    const { answer } = await api.save({ kind: 'destination', type: 'sheets', values: sheets });
    expect(answer.faults).toMatchObject([{ field: 'serviceAccountKey' }]);
    await other.close();
  });
});
