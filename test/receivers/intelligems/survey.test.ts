import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import type { Plan } from '../../../receivers/contract/plan.ts';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import { openClients } from '../../../receivers/intelligems/clients.ts';
import { Survey } from '../../../receivers/intelligems/survey.ts';
import { type FakeIntelligems, type FakeOptions, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The time, as Intelligems has it. */
let now = 0;
/** How far the receiver's clock is ahead of it. */
let aheadMs = 0;
let intelligems: FakeIntelligems;
let ledger: Ledger;
let endings: (() => unknown)[] = [];

beforeEach(async () => {
  now = Date.UTC(2026, 9, 10, 12);
  aheadMs = 0;
  const empty = await emptyLedger();
  ledger = empty.ledger;
  endings = [empty.remove];
});

afterEach(async () => {
  for (const end of endings) {
    await end();
  }
});

/** Where a recovered event goes. */
const plan: Plan = (_event, _source, dueAt) => [{ destination: 'slack', route: 'all', dueAt, quietMs: null }];

/** Gives a way to survey as a receiver does that starts now, with the settings given. */
async function openSurvey(
  options: FakeOptions,
  settings: Record<string, string> = {},
): Promise<() => Survey> {
  const openedAt = performance.now();
  const clock = () => now + performance.now() - openedAt;
  intelligems = await startFakeIntelligems({ now: () => now, clock, ...options });
  endings.unshift(() => intelligems.close());
  const loaded = loadConfiguration({
    environment: {
      INTELLIGEMS_WEBHOOK_SECRET: 'a-secret-for-tests',
      INTELLIGEMS_ACCESS_TOKEN: intelligems.token,
      INTELLIGEMS_API_URL: intelligems.url,
      ...settings,
    },
    cwd: '/',
  });
  if (!loaded.ok) {
    throw new Error(JSON.stringify(loaded.faults));
  }
  const { configuration } = loaded;
  const clients = openClients(configuration.intelligems, configuration.sources);
  const log = pino({ level: 'silent' });
  const services = { ledger, clients, plan, log, now: () => now + aheadMs };
  const [source] = configuration.sources;
  return () => new Survey(source!, configuration, services);
}

const { signal } = new AbortController();

/** The last webhook reaches the ledger, with a time that lies so far beside the vendor's own record. */
async function post({
  shiftedBy = 0,
  as = {},
  deliveries = () => [],
}: {
  shiftedBy?: number;
  as?: object;
  deliveries?: Plan;
} = {}): Promise<void> {
  const webhook = JSON.parse(intelligems.webhooks.at(-1)?.body ?? '');
  const body = Buffer.from(JSON.stringify({ ...webhook, ...as, timestamp: webhook.timestamp + shiftedBy }));
  await ledger.accept(
    newEvent({ body, headers: {}, source: 'default', origin: 'webhook', receivedAt: now }, deliveries),
  );
}

/** A survey that has compared once, and since then a start whose webhook does not come. */
async function startedUnseen(): Promise<Survey> {
  const start = await openSurvey({});
  const survey = start();
  await survey.round(signal);
  const { id } = intelligems.create();
  await post();
  now += HOUR;
  intelligems.act(id, 'start');
  return survey;
}

async function recovered(): Promise<[action: string | null, at: number | null][]> {
  const events = await ledger.events({ origin: 'recovered', limit: 100 });
  // In whole minutes: the vendor's clock moves on while a test runs.
  return events.map(({ action, occurredAt }) => [action, Math.floor((occurredAt ?? 0) / MINUTE) * MINUTE]);
}

describe('an action without a webhook', () => {
  test.each([
    ['deliver', ['slack']],
    ['list', []],
  ])('goes where the settings say: %s', async (mode, destinations) => {
    const start = await openSurvey({}, { RECONCILE: mode });
    const survey = start();
    await survey.round(signal);
    now += MINUTE;
    const { id } = intelligems.create();
    await post();
    intelligems.act(id, 'start');
    now += HOUR;
    await survey.round(signal);
    const [event, ...more] = await ledger.events({ origin: 'recovered', limit: 10 });
    expect(more).toEqual([]);
    expect(event).toMatchObject({ action: 'startExperience' });
    const made = await ledger.deliveries(event?.key ?? '');
    expect(made.map(({ destination }) => destination)).toEqual(destinations);
  });

  test('is left alone until it is old enough, and looked for again as soon as it is', async () => {
    const survey = await startedUnseen();
    const startedAt = now;
    now += 14 * MINUTE;
    const nextAfter = await survey.round(signal);
    expect(await recovered()).toEqual([]);
    expect(nextAfter).toBeLessThan(16 * MINUTE);
    now += nextAfter;
    await survey.round(signal);
    expect(await recovered()).toEqual([['startExperience', startedAt]]);
  });

  test('is left alone where its kind is not compared', async () => {
    const start = await openSurvey({}, { RECONCILE_ACTIONS: 'start, end' });
    const survey = start();
    await survey.round(signal);
    const { id } = intelligems.create();
    await post();
    for (const action of ['start', 'pause', 'end', 'delete'] as const) {
      now += 20 * MINUTE;
      intelligems.act(id, action);
    }
    now += HOUR;
    await survey.round(signal);
    expect((await recovered()).map(([action]) => action)).toEqual(['endExperience', 'startExperience']);
  });

  test('of the time before the first comparison is not announced', async () => {
    const start = await openSurvey({});
    const { id } = intelligems.create();
    intelligems.act(id, 'start');
    now += HOUR;
    const survey = start();
    await survey.round(signal);
    now += HOUR;
    intelligems.act(id, 'pause');
    now += HOUR;
    await survey.round(signal);
    expect((await recovered()).map(([action]) => action)).toEqual(['pauseExperience']);
  });

  test('is not seen where its webhook came in time with a slightly different time', async () => {
    const survey = await startedUnseen();
    await post({ shiftedBy: -2 * SECOND });
    for (let times = 0; times < 3; times += 1) {
      now += HOUR;
      await survey.round(signal);
    }
    expect(await recovered()).toEqual([]);
  });
});

describe('by the clock of Intelligems, whatever this host’s shows', () => {
  test('an action is left alone until it is old enough while this host’s clock is an hour ahead', async () => {
    const survey = await startedUnseen();
    const startedAt = now;
    aheadMs = HOUR;
    now += MINUTE;
    await survey.round(signal);
    expect(await recovered()).toEqual([]);
    now += 15 * MINUTE;
    await survey.round(signal);
    expect(await recovered()).toEqual([['startExperience', startedAt]]);
  });

  test('a first start with a clock of last year announces nothing that happened before', async () => {
    aheadMs = -365 * 24 * HOUR;
    const start = await openSurvey({});
    const { id } = intelligems.create();
    intelligems.act(id, 'start');
    now += HOUR;
    const survey = start();
    await survey.round(signal);
    aheadMs = 0;
    now += HOUR;
    await survey.round(signal);
    expect(await recovered()).toEqual([]);
  });

  test('a first start with a clock of next year keeps nothing back for a year', async () => {
    aheadMs = 365 * 24 * HOUR;
    const start = await openSurvey({});
    const survey = start();
    await survey.round(signal);
    aheadMs = 0;
    now += HOUR;
    intelligems.act(intelligems.create().id, 'start');
    now += HOUR;
    expect(await survey.round(signal)).toBeLessThanOrEqual(HOUR);
    expect((await recovered()).map(([action]) => action)).toEqual(['startExperience']);
  });

  test('a milestone and an overview do not come before their time', async () => {
    const start = await openSurvey(
      {},
      { MILESTONES_TO: 'preview', MILESTONE_DAYS: '7', OVERVIEW_TO: 'preview', TIME_ZONE: 'UTC' },
    );
    const survey = start();
    intelligems.act(intelligems.create().id, 'start');
    await survey.round(signal);
    aheadMs = 8 * 24 * HOUR;
    now += HOUR;
    await survey.round(signal);
    expect(await ledger.events({ origin: 'report', limit: 10 })).toEqual([]);
    aheadMs = 0;
    now += 7 * 24 * HOUR;
    await survey.round(signal);
    const reports = await ledger.events({ origin: 'report', limit: 10 });
    expect(reports.map(({ key }) => key)).toEqual([expect.stringMatching(/^report_milestone_/)]);
  });
});

describe('a deletion without a webhook', () => {
  test.each([
    ['listed', 0],
    ['hidden', 0],
    ['gone', 5 * MINUTE],
  ] as const)(
    'of an experience that is then %s is found once it is old enough, once',
    async (deleted, noticedAfter) => {
      const start = await openSurvey({ deleted });
      const survey = start();
      await survey.round(signal);
      now += MINUTE;
      intelligems.create();
      await post();
      const { id } = intelligems.create();
      await post();
      now += HOUR;
      await survey.round(signal);
      now += HOUR;
      intelligems.act(id, 'delete');
      const deletedAt = now;
      now += noticedAfter;
      await survey.round(signal);
      expect(await recovered()).toEqual([]);
      now += 16 * MINUTE;
      await survey.round(signal);
      const found = [['deleteExperience', deletedAt + noticedAfter]];
      expect(await recovered()).toEqual(found);
      now += HOUR;
      await survey.round(signal);
      await start().round(signal);
      expect(await recovered()).toEqual(found);
    },
  );

  test('a deletion is not found again if later events stay longer than the one that reported it', async () => {
    const start = await openSurvey({ deleted: 'gone' });
    await start().round(signal);
    now += MINUTE;
    intelligems.create();
    await post();
    intelligems.act(intelligems.create().id, 'delete');
    await post();
    await post({ shiftedBy: -SECOND, as: { action: 'updateExperience' }, deliveries: plan });
    now += HOUR;
    await start().round(signal);
    now += 91 * 24 * HOUR;
    expect(await ledger.prune(now - 90 * 24 * HOUR, 10)).toBe(2);
    for (let times = 0; times < 2; times += 1) {
      await start().round(signal);
      now += HOUR;
    }
    expect(await recovered()).toEqual([]);
  });

  test('is found a day later of an experience that was archived before', async () => {
    const start = await openSurvey({ deleted: 'hidden' });
    const survey = start();
    await survey.round(signal);
    now += MINUTE;
    intelligems.create();
    await post();
    const { id } = intelligems.create();
    await post();
    intelligems.archive(id);
    now += HOUR;
    await survey.round(signal);
    intelligems.act(id, 'delete');
    const deletedAt = now;
    now += 25 * HOUR;
    await survey.round(signal);
    expect(await recovered()).toEqual([['deleteExperience', deletedAt]]);
  });

  test.each(['listed', 'hidden', 'gone'] as const)(
    'before the first comparison is not announced, where the experience is then %s',
    async (deleted) => {
      const start = await openSurvey({ deleted });
      intelligems.create();
      await post();
      const { id } = intelligems.create();
      await post();
      intelligems.act(id, 'delete');
      now += 24 * HOUR;
      const survey = start();
      for (let times = 0; times < 3; times += 1) {
        await survey.round(signal);
        now += HOUR;
      }
      await start().round(signal);
      expect(await recovered()).toEqual([]);
    },
  );
});

describe('a store with many experiences', () => {
  const EXPERIENCES = 1_150;
  const create = () => Array.from({ length: EXPERIENCES }, () => intelligems.create().id);
  const statuses = () => intelligems.requests.splice(0).map(({ status }) => status);
  const ONE_PER_HUNDRED = Array.from({ length: 12 }, () => 200);

  test('a store with many experiences costs a request for a hundred of them', async () => {
    const start = await openSurvey({});
    const survey = start();
    const ids = create();
    await survey.round(signal);
    expect(statuses()).toEqual(ONE_PER_HUNDRED);
    now += MINUTE;
    intelligems.act(ids[0] ?? '', 'start');
    now += HOUR;
    const { listed, recovered, failure } = await survey.whole(signal);
    expect({ listed, failure, found: recovered.map(({ experienceId }) => experienceId) }).toEqual({
      listed: EXPERIENCES,
      failure: null,
      found: [ids[0]],
    });
    expect(statuses()).toEqual(ONE_PER_HUNDRED);
  });

  test('a store with many experiences is read at the pace that the vendor allows, without a 429', async () => {
    now = Date.now();
    const start = await openSurvey({ clock: Date.now, rate: { size: 6, refill: 6, everyMs: 500 } });
    create();
    await start().round(signal);
    expect(statuses()).toEqual(ONE_PER_HUNDRED);
  });
});
