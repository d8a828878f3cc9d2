import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settings } from '../../../receivers/config/settings/settings.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { checkHealth, type HealthServices } from '../../../receivers/monitoring/health-checks.ts';
import { readAnalytics } from '../../../shared/intelligems-analytics.ts';
import { type ApiExperience, readApiExperience } from '../../../shared/intelligems-experiences.ts';
import { DEFAULT_THRESHOLDS } from '../../../shared/verdict-words.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 8, 1);
const { health } = settings.parse({});

let databases: LedgerDatabases;
beforeAll(async () => {
  databases = await startLedgerDatabases();
}, 60_000);
afterAll(() => databases.stop());

/** Two processes on one ledger, as each engine allows: SQLite has one, which may check twice at a time. */
const ENGINES = {
  async SQLite() {
    const { ledger, remove } = await emptyLedger();
    return { ledgers: [ledger, ledger], close: remove };
  },
  async PostgreSQL() {
    const url = await databases.create();
    const ledgers = await Promise.all([1, 2].map(() => PostgresLedger.open({ url })));
    return {
      ledgers,
      close: async () => {
        await Promise.all(ledgers.map((ledger) => ledger.close()));
      },
    };
  },
};

function experience(failing: boolean): ApiExperience {
  const variations = ['Control', 'Price −5%'].map((name, index) => ({
    id: `v-${index}`,
    name,
    percentage: 50,
    isControl: index === 0,
    functionSyncError: failing && index === 1,
  }));
  const startedAtTs = START + 1;
  return readApiExperience({
    id: 'e-1',
    name: 'Backpack price test',
    startedAtTs,
    variations,
  }) as ApiExperience;
}

/** What a process checks with, at a time of its own. */
function services(ledger: Ledger, now: number): HealthServices {
  const metrics = [0, 1].map((index) => ({
    variation_id: `v-${index}`,
    n_visitors: { value: (now - START) / HOUR_MS },
  }));
  const analytics = readAnalytics({ metrics, variations: [] });
  return {
    source: 'default',
    ledger,
    analytics: async () => ({ ok: true, value: analytics as NonNullable<typeof analytics> }),
    changeLog: async () => ({ ok: true, value: experience(false) }),
    refresh: async () => {},
    deliveriesOf: async () => [{ destination: 'slack', route: 'health', dueAt: now, quietMs: null }],
    now: () => now,
    vendorNow: () => now,
  };
}

const SETTINGS = {
  ...health,
  thresholds: DEFAULT_THRESHOLDS,
  locale: 'en-US',
  addresses: { experiment: 'https://app.example.com/{id}', personalization: 'https://app.example.com/{id}' },
};

test.each(Object.keys(ENGINES) as (keyof typeof ENGINES)[])(
  'processes that check at the same time report what began and what is over once on %s',
  async (engine) => {
    const { ledgers, close } = await ENGINES[engine]();
    const [first, second] = ledgers as [Ledger, Ledger];
    await checkHealth([], SETTINGS, services(first, START));
    for (let hour = 1; hour <= 10; hour += 1) {
      const running = [experience(hour >= 3 && hour < 7)];
      const now = START + hour * HOUR_MS;
      await Promise.all([
        checkHealth(running, SETTINGS, services(first, now)),
        checkHealth(running, SETTINGS, services(second, now + 500)),
      ]);
    }
    const reports = await first.events({ origin: 'report', limit: 20 });
    expect(reports.map(({ experienceName }) => experienceName).reverse()).toEqual([
      'Backpack price test: not synced with Shopify',
      'Backpack price test: synced with Shopify again',
    ]);
    await close();
  },
);
