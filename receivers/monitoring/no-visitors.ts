import { durationWords } from '../../shared/words.ts';
import type { Finding } from '../contract/health.ts';
import { HOUR_MS } from './limits.ts';
import { type Observation, observedVariations, quoted, type Rule } from './observation.ts';

const CHECK = 'no_visitors';

/**
 * Silence is an alarm only where at least this many visitors were to be expected: fewer may stay away by chance. With
 * 20 expected, none at all has a probability of e^-20.
 */
const EXPECTED = 20;

const ADVICE =
  'Check in Intelligems that the audience and the pages it targets exist, and that the Intelligems script runs on the store.';

/**
 * Whether an experience gets visitors once it has been live for some hours: at all, in each variation with a share,
 * and still. Hours are hours live: paused time does not count.
 */
export const checkVisitors: Rule = (observed, { graceMs }, figures) => {
  const { experience, analytics, liveMs } = observed;
  const finding = (
    state: Finding['state'],
    words: string,
    about = '',
    advice: string | null = null,
  ): Finding => ({
    check: CHECK,
    about,
    state,
    words,
    advice,
  });
  if (liveMs < graceMs) {
    const hours = figures.count(graceMs / HOUR_MS);
    return [
      finding(
        'unknown',
        `It has been live for ${durationWords(liveMs)}. Visitors are expected after ${hours} hours.`,
      ),
    ];
  }
  const variations = observedVariations(experience, analytics);
  if (variations === null) {
    return [finding('unknown', 'Intelligems does not say how many visitors it has had.')];
  }
  const total = variations.reduce((sum, { visitors }) => sum + visitors, 0);
  if (total === 0) {
    return [
      finding('alarm', `It has been live for ${durationWords(liveMs)} and has had no visitor.`, '', ADVICE),
    ];
  }
  const since = silentFor(observed, total);
  const whole = since === null || since.liveMs < graceMs || since.expected < EXPECTED;
  return [
    whole
      ? finding('fine', `${figures.count(total)} visitors in ${durationWords(liveMs)}.`)
      : finding(
          'alarm',
          `No new visitor for ${durationWords(since.liveMs)}, where about ${figures.count(since.expected)} were to be expected.`,
          '',
          ADVICE,
        ),
    ...variations
      .filter(({ share }) => share !== null && share > 0)
      .map(({ id, name, share, visitors }) => {
        const expected = total * (share as number);
        if (visitors > 0 || expected < EXPECTED) {
          return finding(
            visitors > 0 ? 'fine' : 'unknown',
            `${quoted(name)} has had ${figures.count(visitors)} visitors.`,
            id,
          );
        }
        const words = `${quoted(name)} has had no visitor, while the others have had ${figures.count(total)}.`;
        return finding('alarm', words, id, ADVICE);
      }),
  ];
};

/** For how long live no visitor has come, and how many were to be expected in that time; null if the last check saw fewer. */
function silentFor(
  { points, liveMs }: Observation,
  total: number,
): { liveMs: number; expected: number } | null {
  const changedAt = points.findLastIndex(({ visitors }) => sumOf(visitors) !== total);
  const first = points[changedAt + 1];
  if (first === undefined || first.liveMs <= 0) {
    return null;
  }
  const silentMs = liveMs - first.liveMs;
  return { liveMs: silentMs, expected: (total / first.liveMs) * silentMs };
}

function sumOf(visitors: readonly (number | null)[]): number {
  return visitors.reduce<number>((sum, each) => sum + (each ?? 0), 0);
}
