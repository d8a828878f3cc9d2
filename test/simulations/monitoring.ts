import { settings } from '../../receivers/config/settings/settings.ts';
import type { Report } from '../../receivers/contract/message.ts';
import { type Clients, openClients } from '../../receivers/intelligems/clients.ts';
import { checkHealth } from '../../receivers/monitoring/health-checks.ts';
import type { HealthCheck } from '../../shared/health-words.ts';
import { HEALTH_CHECKS } from '../../shared/health-words.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { DEFAULT_THRESHOLDS } from '../../shared/verdict-words.ts';
import { seeded } from '../chaos/random.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import type { FakeVariation, Measured } from '../fakes/intelligems-documents.ts';
import { emptyLedger } from '../fixtures/ledger.ts';
import { added, hourOf, type Random, type Truth } from './visitors.ts';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 7 * 24;

/** What is wrong with a planted experience. */
export const FAULTS = [
  'wrong split',
  'split wrong after a change',
  'no visitors',
  'one variation without visitors',
  'visitors stop',
  'sells less',
  'sync fails',
  'too few orders',
] as const;
export type Fault = (typeof FAULTS)[number];

const FOUND_AS: Readonly<Record<Fault, HealthCheck>> = {
  'wrong split': 'sample_ratio_mismatch',
  'split wrong after a change': 'sample_ratio_mismatch',
  'no visitors': 'no_visitors',
  'one variation without visitors': 'no_visitors',
  'visitors stop': 'no_visitors',
  'sells less': 'guardrail',
  'sync fails': 'not_delivered',
  'too few orders': 'underpowered',
};

/** Other alarms that the same fault rightly causes. */
const ALSO: Readonly<Partial<Record<Fault, readonly HealthCheck[]>>> = {
  'no visitors': ['underpowered'],
  'one variation without visitors': ['sample_ratio_mismatch', 'underpowered'],
  'visitors stop': ['underpowered'],
  'sells less': ['underpowered'],
};

export interface SimulationPlan {
  seed: number;
  weeks: number;
  fair: number;
  /** How many experiences with a fault; the faults take turns. */
  planted: number;
  /** Hours between two checks. Default: 1. */
  everyHours?: number;
  /** Called before the checks of each hour, to break something; whether checks are made in it. */
  beforeChecks?(hour: number, intelligems: FakeIntelligems): boolean;
  /** Whether the receiver dies now: after a report was accepted, and before what it found is kept. */
  dies?(hour: number): boolean;
  /** The token buckets of the API. Default: without limit. */
  rate?: { size: number; refill: number; everyMs: number };
}

export interface Simulated {
  /** By fault: how many were planted and found, and after how many hours with the fault. */
  faults: Record<Fault, { planted: number; found: number; hours: number[]; missed: string[] }>;
  /** Alarms about an experience without a fault, or about another thing than its fault. */
  falseAlarms: string[];
  experienceWeeks: number;
  reports: { key: string; title: string; hour: number }[];
}

interface Simulation {
  id: string;
  name: string;
  truth: Truth;
  fault: Fault | null;
  /** The hour from which on the fault is there. */
  faultyFrom: number;
  measured: Measured[];
}

/** Runs weeks of experiences whose truth is known, hour by hour, and checks them as the receiver does. */
export async function simulate(plan: SimulationPlan): Promise<Simulated> {
  const random = seeded(plan.seed);
  let now = Date.UTC(2026, 0, 5);
  const clock = (): number => now;
  const intelligems = await startFakeIntelligems({
    now: clock,
    clock,
    rate: plan.rate ?? { size: 1e9, refill: 1e9, everyMs: 1000 },
  });
  const { ledger, remove } = await emptyLedger();
  const clients = openClients({ apiUrl: intelligems.url, apiVersion: 'v25-10-beta' }, [
    { name: 'default', accessToken: intelligems.token },
  ]);
  const { quick: api } = clients.get('default') as Clients;
  const { health } = settings.parse({});
  const reports: Simulated['reports'] = [];
  const check = async (hour: number): Promise<void> => {
    const running: ApiExperience[] = [];
    for await (const page of api.everyPage({ status: 'started' })) {
      if (!page.ok) {
        return;
      }
      running.push(...page.value.experiences);
    }
    await checkHealth(
      running,
      {
        ...health,
        everyMs: (plan.everyHours ?? 1) * HOUR_MS,
        thresholds: DEFAULT_THRESHOLDS,
        locale: 'en-US',
        addresses: {
          experiment: 'https://app.example.com/{id}',
          personalization: 'https://app.example.com/{id}',
        },
      },
      {
        source: 'default',
        ledger: {
          recall: (...asked) => ledger.recall(...asked),
          remember: async (...facts) => {
            if (plan.dies?.(hour)) {
              throw new Death();
            }
            await ledger.remember(...facts);
          },
          accept: async (event) => {
            const accepted = await ledger.accept(event);
            if (accepted.status === 'accepted') {
              const report: Report = JSON.parse(Buffer.from(event.body).toString());
              reports.push({ key: event.key, title: report.title, hour });
            }
            return accepted;
          },
        },
        analytics: (id, options) => api.analytics(id, options),
        changeLog: (id) => api.experience(id, { includeChangeLog: true }),
        refresh: async () => {},
        deliveriesOf: async () => [{ destination: 'slack', route: 'health', dueAt: now, quietMs: null }],
        now: clock,
        vendorNow: clock,
      },
    );
  };
  await check(-1);
  now += 1000;
  const all = [
    ...Array.from({ length: plan.fair }, (_, index) => begin(intelligems, random, null, `Fair ${index}`)),
    ...Array.from({ length: plan.planted }, (_, index) =>
      begin(intelligems, random, FAULTS[index % FAULTS.length] as Fault, `Planted ${index}`),
    ),
  ];
  for (let hour = 0; hour < plan.weeks * WEEK_HOURS; hour += 1) {
    for (const each of all) {
      live(intelligems, each, hour, random);
    }
    now += HOUR_MS;
    if (hour % (plan.everyHours ?? 1) === 0 && (plan.beforeChecks?.(hour, intelligems) ?? true)) {
      await check(hour).catch(revived);
    }
  }
  await remove();
  await intelligems.close();
  return judged(all, reports, plan);
}

class Death extends Error {}

/** After a death, the next pass begins anew. */
function revived(error: unknown): void {
  if (!(error instanceof Death)) {
    throw error;
  }
}

/** An experience that starts now; every store and test is different. */
function begin(intelligems: FakeIntelligems, random: Random, fault: Fault | null, name: string): Simulation {
  const splits = [
    [50, 50],
    [50, 50],
    [34, 33, 33],
    [80, 20],
    [25, 25, 25, 25],
  ];
  const split = fault?.includes('split')
    ? [50, 50]
    : (splits[Math.floor(random() * splits.length)] as number[]);
  const conversion = 0.02 + 0.03 * random();
  const enough = 100 / conversion / (Math.min(...split) / 100) / 14;
  const visitorsPerDay =
    fault === 'too few orders' ? enough / 20 : Math.max(400, enough) * (1 + 4 * random());
  const variations = split.map(
    (percentage, index): FakeVariation => ({
      id: `00000000-0000-4000-8000-${String(Math.floor(random() * 1e12)).padStart(12, '0')}`,
      name: index === 0 ? 'Control' : `Variation ${index}`,
      percentage,
      isControl: index === 0,
      order: index,
    }),
  );
  const { id } = intelligems.create({ name, variations });
  intelligems.act(id, 'start');
  const nothing = { visitors: 0, orders: 0, revenue: 0, profit: null };
  return {
    id,
    name,
    fault,
    faultyFrom:
      fault === 'visitors stop' || fault === 'sync fails' || fault === 'split wrong after a change' ? 72 : 0,
    truth: {
      visitorsPerDay,
      shares: split.map((each) => each / 100),
      conversions: split.map(() => conversion),
      orderValue: 40 + 60 * random(),
    },
    measured: split.map(() => nothing),
  };
}

/** One hour of an experience, with its fault if that has begun. */
function live(intelligems: FakeIntelligems, each: Simulation, hour: number, random: Random): void {
  const { id, fault, faultyFrom, truth } = each;
  const faulty = fault !== null && hour >= faultyFrom;
  if (faulty && hour === faultyFrom) {
    const { variations } = intelligems.experience(id);
    if (fault === 'sync fails') {
      intelligems.update(id, { variations: variations.map((one) => ({ ...one, functionSyncError: true })) });
    } else if (fault === 'split wrong after a change') {
      const percentages = [80, 20];
      intelligems.update(id, {
        variations: variations.map((one, index) => ({ ...one, percentage: percentages[index] as number })),
      });
    }
  }
  const more = hourOf(faulty ? withFault(truth, fault) : truth, hour, random);
  each.measured = added(each.measured, more);
  const days = hour / 24;
  intelligems.measure(id, { measured: each.measured, runtimeDays: days });
}

function withFault(truth: Truth, fault: Fault): Truth {
  const [first = 0, second = 0, ...rest] = truth.shares;
  switch (fault) {
    case 'wrong split':
      return { ...truth, shares: [first + 0.05, second - 0.05, ...rest] };
    case 'split wrong after a change':
      return { ...truth, shares: [0.85, 0.15] };
    case 'no visitors':
    case 'visitors stop':
      return { ...truth, visitorsPerDay: 0 };
    case 'one variation without visitors':
      return { ...truth, shares: [first, 0, ...rest] };
    case 'sells less':
      return {
        ...truth,
        conversions: truth.conversions.map((each, index) => (index === 1 ? each * 0.5 : each)),
      };
    default:
      return truth;
  }
}

function judged(all: readonly Simulation[], reports: Simulated['reports'], plan: SimulationPlan): Simulated {
  const faults = Object.fromEntries(
    FAULTS.map((fault) => [fault, { planted: 0, found: 0, hours: [], missed: [] }]),
  ) as unknown as Simulated['faults'];
  const falseAlarms: string[] = [];
  for (const { id, name, fault, faultyFrom } of all) {
    const began = reports.filter(
      ({ key }) => key.includes(id) && key.startsWith('report_health') && !key.endsWith('_over'),
    );
    const checkOf = (key: string): HealthCheck =>
      HEALTH_CHECKS.find((check) => key.includes(`_${check}_`)) as HealthCheck;
    const right = fault === null ? [] : [FOUND_AS[fault], ...(ALSO[fault] ?? [])];
    falseAlarms.push(
      ...began
        .filter(({ key, hour }) => !right.includes(checkOf(key)) || hour < faultyFrom)
        .map(({ title, hour }) => `${title} (hour ${hour}, ${fault ?? 'fair'})`),
    );
    if (fault !== null) {
      const seen = faults[fault];
      const first = began.find(({ key, hour }) => checkOf(key) === FOUND_AS[fault] && hour >= faultyFrom);
      seen.planted += 1;
      seen.found += first === undefined ? 0 : 1;
      seen.hours.push(...(first === undefined ? [] : [first.hour - faultyFrom]));
      seen.missed.push(...(first === undefined ? [name] : []));
    }
  }
  return { faults, falseAlarms, experienceWeeks: all.length * plan.weeks, reports };
}
