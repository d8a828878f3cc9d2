import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { OpenAlarm } from '../../../receivers/contract/health.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { openLedger } from '../../../receivers/ledger/open.ts';
import { autoPause } from '../../../receivers/lifecycle/auto-pause.ts';
import { requestLifecycle } from '../../../receivers/lifecycle/request.ts';
import type { ApiExperience } from '../../../shared/intelligems-experiences.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';

const log = pino({ level: 'silent' });
const POLICY = { checks: ['guardrail'], types: [], perDay: 2 } as const;

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterAll(async () => {
  await databases.stop();
});

interface Ledgers {
  /** One for each process; SQLite has one process. */
  ledgers: Ledger[];
  close(): Promise<unknown>;
}

const ENGINES: Readonly<Record<string, () => Promise<Ledgers>>> = {
  SQLite: async () => {
    const { ledger, remove } = await emptyLedger();
    return { ledgers: [ledger, ledger], close: remove };
  },
  PostgreSQL: async () => {
    const databaseUrl = await databases.create();
    const opened = await Promise.all([1, 2].map(() => openLedger({ dataFolder: '', databaseUrl })));
    return {
      ledgers: opened.map(({ ledger }) => ledger),
      close: () => Promise.all(opened.map(({ close }) => close())),
    };
  },
};

function experience(id: string): ApiExperience {
  return { id, name: id, type: 'pricing' } as ApiExperience;
}

function alarm(since: number): OpenAlarm {
  const finding = { check: 'guardrail', about: 'b', state: 'alarm', words: 'It sells less.' } as const;
  return { ...finding, advice: null, since, unreported: null };
}

describe.each(Object.entries(ENGINES))('on %s', (_, open) => {
  let opened: Ledgers;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(async () => {
    await opened.close();
  });

  test('of many requests at the same time, in all processes, one is accepted', async () => {
    const by = { via: 'slack', name: 'Maya', email: null } as const;
    const about = { source: 'default', experienceId: 'one', name: 'One', why: null, link: null };
    const all = await Promise.all(
      Array.from({ length: 10 }, (_each, index) =>
        requestLifecycle(
          opened.ledgers[index % 2] as Ledger,
          { ...about, action: 'pause', by, press: `press ${index}` },
          Date.now(),
        ),
      ),
    );
    expect(all.filter(({ state }) => state === 'accepted')).toHaveLength(1);
    const refused = all.flatMap((each) => (each.state === 'refused' ? [each.reason] : []));
    expect(new Set(refused)).toEqual(
      new Set(['A request to pause it is being carried out already. It was made by Maya in Slack.']),
    );
  });

  test('a request that nothing settled within an hour no longer blocks the next one', async () => {
    const by = { via: 'console', name: null, email: null } as const;
    const about = { source: 'default', experienceId: 'two', name: 'Two', why: null, link: null };
    const [ledger] = opened.ledgers as [Ledger];
    const now = Date.now();
    const request = (at: number) =>
      requestLifecycle(ledger, { ...about, action: 'pause', by, press: null }, at);
    expect(await request(now)).toMatchObject({ state: 'accepted' });
    expect(await request(now + 59 * 60_000)).toMatchObject({ state: 'refused' });
    expect(await request(now + 61 * 60_000)).toMatchObject({ state: 'accepted' });
  });

  test('the policy pauses no more than so many a day in all processes, and each alarm counts once', async () => {
    const midnight = Date.UTC(2026, 9, 21);
    const services = (ledger: Ledger, at: number) => ({ ledger, log, now: Date.now, vendorNow: () => at });
    const act = (id: string, since: number, at: number) =>
      Promise.all(
        opened.ledgers.map((ledger) =>
          autoPause(
            POLICY,
            { source: 'default', experience: experience(id), alarm: alarm(since), link: null },
            services(ledger, at),
          ),
        ),
      );
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => act(id, 1, midnight - 1_000)));
    const paused = async (): Promise<string[]> => {
      const events = await (opened.ledgers[0] as Ledger).events({ limit: 100 });
      return events.filter(({ key }) => key.startsWith('lifecycle_auto_')).map(({ key }) => key);
    };
    expect(await paused()).toHaveLength(2);
    // The same alarms again after midnight, as after a crash: those that were paused take no place of the new day.
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => act(id, 1, midnight + 1_000)));
    expect(await paused()).toHaveLength(4);
    const experiences = await (opened.ledgers[0] as Ledger).events({ limit: 100 });
    const ids = experiences
      .filter(({ key }) => key.startsWith('lifecycle_auto_'))
      .map(({ experienceId }) => experienceId);
    expect(ids.sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a policy without checks does nothing', async () => {
    const [ledger] = opened.ledgers as [Ledger];
    const count = async (): Promise<number> => (await ledger.events({ limit: 100 })).length;
    const before = await count();
    const services = { ledger, log, now: Date.now, vendorNow: Date.now };
    const occasion = { source: 'default', experience: experience('e'), alarm: alarm(2), link: null };
    await autoPause({ ...POLICY, checks: [] }, occasion, services);
    await autoPause({ ...POLICY, types: ['shipping'] }, occasion, services);
    expect(await count()).toBe(before);
  });
});
