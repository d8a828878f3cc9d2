import { expect, test } from '@jest/globals';
import { runChaos } from './chaos.ts';

/** To repeat a run that failed: CHAOS_SEED=… npm test -- test/chaos */
const SEED = Number(process.env.CHAOS_SEED ?? 20_261_124);

test('no acknowledged event is lost or delivered twice, however the receiver is killed', async () => {
  const result = await runChaos({ seed: SEED, rounds: 7, eventsPerRound: 20 });
  expect(result).toMatchObject({
    lost: { slack: [], sheets: [], email: [], http: [], zaps: [] },
    doubled: { slack: [], sheets: [] },
    disordered: [],
  });
  expect(result.acknowledged).toBeGreaterThan(20);
}, 120_000);
