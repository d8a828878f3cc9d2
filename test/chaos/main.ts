import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

/**
 * The long run: npm run chaos -- --rounds 500 [--seed 7]. Each run of ten rounds has a seed of its own, and
 * the seed of one that fails is printed, to be repeated by --rounds 10 --seed SEED.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    events: { type: 'string', default: '25' },
  },
});
const ROUNDS_PER_RUN = 10;
const totals = { rounds: 0, acknowledged: 0, lost: 0, doubled: 0, disordered: 0, email: 0, http: 0, zaps: 0 };

for (let run = 0; totals.rounds < Number(values.rounds); run += 1) {
  const seed = Number(values.seed) + run;
  const rounds = Math.min(ROUNDS_PER_RUN, Number(values.rounds) - totals.rounds);
  const result = await runChaos({ seed, rounds, eventsPerRound: Number(values.events) }).catch((error) => {
    throw new Error(`BROKE with seed ${seed}`, { cause: error });
  });
  const lost = Object.values(result.lost).flat().length;
  const doubled = Object.values(result.doubled).flat().length;
  totals.rounds += rounds;
  totals.acknowledged += result.acknowledged;
  totals.lost += lost;
  totals.doubled += doubled;
  totals.disordered += result.disordered.length;
  totals.email += result.repeated.email;
  totals.http += result.repeated.http;
  totals.zaps += result.repeated.zaps;
  if (lost > 0 || doubled > 0 || result.disordered.length > 0) {
    process.stdout.write(`FAILED with seed ${seed}:\n${JSON.stringify(result, null, 2)}\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write(
      `seed ${seed}: ${rounds} kills, ${result.acknowledged} events acknowledged, lost 0, doubled 0\n`,
    );
  }
}
process.stdout.write(
  `${totals.rounds} kills, ${totals.acknowledged} events acknowledged: lost ${totals.lost}, doubled ${totals.doubled}, ` +
    `out of order ${totals.disordered}; sent again under the same id: ${totals.email} mails, ${totals.http} calls, ${totals.zaps} hooks of Zaps\n`,
);
