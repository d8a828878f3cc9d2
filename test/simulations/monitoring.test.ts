import { expect, test } from '@jest/globals';
import { seeded } from '../chaos/random.ts';
import { FAULTS, type SimulationPlan, simulate } from './monitoring.ts';

/** Ten days of a few experiences: the script `npm run simulate:health` runs weeks of hundreds. */
const PLAN: SimulationPlan = { seed: 11, weeks: 10 / 7, fair: 4, planted: FAULTS.length, everyHours: 4 };

/** What was reported, without the time at which it was first seen. */
function said(reports: { key: string }[]): string[] {
  return reports.map(({ key }) => key.replace(/_\d{13}/, ''));
}

test('every planted fault is found, and nothing else is reported', async () => {
  const { faults, falseAlarms } = await simulate(PLAN);
  expect(FAULTS.filter((fault) => faults[fault].found < faults[fault].planted)).toEqual([]);
  expect(falseAlarms).toEqual([]);
}, 120_000);

test('deaths, rate limits and a day without the API report nothing twice and forget nothing', async () => {
  const random = seeded(3);
  let deaths = 0;
  const { faults, falseAlarms, reports } = await simulate({
    ...PLAN,
    // Fewer requests than a pass needs: the next one goes on.
    rate: { size: 40, refill: 20, everyMs: 1_800_000 },
    dies: () => {
      const dies = random() < 0.05;
      deaths += dies ? 1 : 0;
      return dies;
    },
    beforeChecks: (hour, { faults }) => {
      faults.draw(() => (hour >= 96 && hour < 120 ? { kind: 'status', status: 503 } : null));
      return true;
    },
  });
  expect(deaths).toBeGreaterThan(10);
  expect(new Set(said(reports)).size).toBe(reports.length);
  expect(FAULTS.filter((fault) => faults[fault].found < faults[fault].planted)).toEqual([]);
  expect(falseAlarms).toEqual([]);
}, 120_000);
