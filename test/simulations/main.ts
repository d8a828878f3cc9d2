import { FAULTS, simulate } from './monitoring.ts';

// `npm run simulate:health -- [seed] [weeks] [fair] [planted]`: how many planted faults monitoring finds, how late, and
// how many false alarms it raises, over simulated weeks.
const [seed = 1, weeks = 3, fair = 200, planted = 50] = process.argv.slice(2).map(Number);
const started = performance.now();
const { faults, falseAlarms, experienceWeeks } = await simulate({ seed, weeks, fair, planted });
console.log(
  `${fair} fair experiences and ${planted} with a fault, ${weeks} weeks, checked hourly (seed ${seed}):`,
);
for (const fault of FAULTS) {
  const { planted: of, found, hours, missed } = faults[fault];
  const sorted = [...hours].sort((one, other) => one - other);
  const late =
    sorted.length === 0
      ? ''
      : `, after ${sorted[Math.floor(sorted.length / 2)]} hours (median; at most ${sorted.at(-1)})`;
  console.log(
    `  ${fault}: found ${found} of ${of}${late}${missed.length > 0 ? `; missed: ${missed.join(', ')}` : ''}`,
  );
}
console.log(
  `  false alarms: ${falseAlarms.length} in ${experienceWeeks} experience-weeks, ${((100 * falseAlarms.length) / experienceWeeks).toFixed(2)} in 100`,
);
for (const alarm of falseAlarms) {
  console.log(`    ${alarm}`);
}
console.log(`  ${Math.round((performance.now() - started) / 1000)} s`);
