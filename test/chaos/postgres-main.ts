import { parseArgs } from 'node:util';
import { runPostgresChaos } from './postgres.ts';

/**
 * The long run on PostgreSQL: npm run chaos:postgres -- --rounds 100 [--seed 7]. Each run of ten rounds has
 * a seed of its own; the seed of one that fails is printed, to be repeated by --rounds 10 --seed SEED.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    events: { type: 'string', default: '25' },
  },
});
const ROUNDS_PER_RUN = 10;
const totals = { kills: 0, acknowledged: 0, lost: 0, doubled: 0, disordered: 0, email: 0, http: 0, zaps: 0 };

for (let run = 0; totals.kills < Number(values.rounds); run += 1) {
  const seed = Number(values.seed) + run;
  const rounds = Math.min(ROUNDS_PER_RUN, Number(values.rounds) - totals.kills);
  const result = await runPostgresChaos({ seed, rounds, eventsPerRound: Number(values.events) });
  const lost = Object.values(result.lost).flat().length;
  const doubled = Object.values(result.doubled).flat().length;
  totals.kills += rounds;
  totals.acknowledged += result.acknowledged;
  totals.lost += lost;
  totals.doubled += doubled;
  totals.disordered += result.disordered.length;
  totals.email += result.repeated.email;
  totals.http += result.repeated.http;
  totals.zaps += result.repeated.zaps;
  const failed = lost > 0 || doubled > 0 || result.disordered.length > 0;
  process.stdout.write(
    failed
      ? `FAILED with seed ${seed}:\n${JSON.stringify(result, null, 2)}\n`
      : `seed ${seed}: ${rounds} kills, ${result.acknowledged} events acknowledged, lost 0, doubled 0\n`,
  );
  process.exitCode = failed ? 1 : process.exitCode;
}
process.stdout.write(
  `${totals.kills} kills, ${totals.acknowledged} events acknowledged: lost ${totals.lost}, doubled ${totals.doubled}, ` +
    `out of order ${totals.disordered}; sent again under the same id: ${totals.email} mails, ${totals.http} calls, ${totals.zaps} hooks of Zaps\n`,
);
