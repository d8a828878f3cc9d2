import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import { newEvent } from '../../../receivers/inbound/new-event.ts';
import { openClients } from '../../../receivers/intelligems/clients.ts';
import { Survey } from '../../../receivers/intelligems/survey.ts';
import type { Ledger } from '../../../receivers/ledger/contract.ts';
import { openLedger } from '../../../receivers/ledger/open.ts';
import { type FakeIntelligems, type FakeOptions, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let now = 0;
let intelligems: FakeIntelligems;
let ledger: Ledger;
let endings: (() => unknown)[] = [];

beforeEach(async () => {
  now = Date.UTC(2026, 9, 10, 12);
  const { folder, remove } = temporaryFolder();
  const opened = await openLedger({ dataFolder: folder, databaseUrl: null });
  ledger = opened.ledger;
  endings = [() => opened.close(), remove];
});

afterEach(async () => {
  for (const end of endings) {
    await end();
  }
});

/** Gives a way to survey as a receiver does that starts now, with the settings given. */
async function openSurvey(
  options: FakeOptions,
  settings: Record<string, string> = {},
): Promise<() => () => Promise<number>> {
  intelligems = await startFakeIntelligems({ now: () => now, ...options });
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
  const services = { ledger, clients, plan: () => [], log: pino({ level: 'silent' }), now: () => now };
  const [source] = configuration.sources;
  return () => {
    const survey = new Survey(source!, configuration, services);
    return () => survey.round(new AbortController().signal);
  };
}

/** The last webhook reaches the ledger. */
async function post(): Promise<void> {
  const body = Buffer.from(intelligems.webhooks.at(-1)?.body ?? '');
  await ledger.accept(
    newEvent({ body, headers: {}, source: 'default', origin: 'webhook', receivedAt: now }, () => []),
  );
}

async function recovered(): Promise<[action: string | null, at: number | null][]> {
  const events = await ledger.events({ origin: 'recovered', limit: 100 });
  return events.map(({ action, occurredAt }) => [action, occurredAt]);
}

describe('a deletion without a webhook', () => {
  test.each([
    ['listed', 0],
    ['hidden', 0],
    ['gone', 5 * MINUTE],
  ] as const)(
    'of an experience that is then %s is found once it is old enough, once',
    async (deleted, noticedAfter) => {
      const start = await openSurvey({ deleted });
      const round = start();
      await round();
      now += MINUTE;
      intelligems.create();
      await post();
      const { id } = intelligems.create();
      await post();
      now += HOUR;
      await round();
      now += HOUR;
      intelligems.act(id, 'delete');
      const deletedAt = now;
      now += noticedAfter;
      await round();
      expect(await recovered()).toEqual([]);
      now += 16 * MINUTE;
      await round();
      const found = [['deleteExperience', deletedAt + noticedAfter]];
      expect(await recovered()).toEqual(found);
      now += HOUR;
      await round();
      await start()();
      expect(await recovered()).toEqual(found);
    },
  );

  test('is found a day later of an experience that was archived before', async () => {
    const start = await openSurvey({ deleted: 'hidden' });
    const round = start();
    await round();
    now += MINUTE;
    intelligems.create();
    await post();
    const { id } = intelligems.create();
    await post();
    intelligems.archive(id);
    now += HOUR;
    await round();
    intelligems.act(id, 'delete');
    const deletedAt = now;
    now += 25 * HOUR;
    await round();
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
      const round = start();
      for (let times = 0; times < 3; times += 1) {
        await round();
        now += HOUR;
      }
      await start()();
      expect(await recovered()).toEqual([]);
    },
  );
});
