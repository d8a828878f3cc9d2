import { expect, test } from '@jest/globals';
import { runPostgresChaos } from './postgres.ts';

/** To repeat a run that failed: CHAOS_SEED=… npm test -- test/chaos/postgres */
const SEED = Number(process.env.CHAOS_SEED ?? 20_261_124);

test('on PostgreSQL, no acknowledged event is lost or delivered twice, whichever process or server is killed', async () => {
  const result = await runPostgresChaos({ seed: SEED, rounds: 5, eventsPerRound: 20 });
  expect(result).toMatchObject({
    lost: { slack: [], sheets: [], email: [], http: [], zaps: [] },
    doubled: { slack: [], sheets: [] },
    disordered: [],
  });
  expect(result.acknowledged).toBe(100);
}, 120_000);
