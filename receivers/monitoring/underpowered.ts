import { durationWords } from '../../shared/words.ts';
import type { Finding } from '../contract/health.ts';
import { DAY_MS } from './limits.ts';
import { isOpen, observedVariations, quoted, type Rule } from './observation.ts';

const CHECK = 'underpowered';

/** Days live before the rate of orders says anything: weekdays and weekends differ. */
const LEAST_DAYS = 3;

/** How much of chance is granted to a rate: this many standard deviations of a count of orders. */
const GRANTED = 2;

/**
 * Whether each variation will have enough orders within reasonable time, at the rate so far. The alarm waits until
 * even a luckily low count cannot be the reason: the count is taken two standard deviations (twice its square root)
 * higher than it is.
 */
export const checkPower: Rule = (observed, { underpowered: wanted }, figures) => {
  const { experience, analytics, liveMs } = observed;
  const finding = (state: Finding['state'], words: string, advice: string | null = null): Finding[] => [
    { check: CHECK, about: '', state, words, advice },
  ];
  const variations = (observedVariations(experience, analytics) ?? []).filter(
    ({ share }) => share === null || share > 0,
  );
  if (variations.length < 2) {
    return finding('unknown', 'There are no variations with figures to compare.');
  }
  const days = liveMs / DAY_MS;
  if (days < LEAST_DAYS) {
    return finding(
      'unknown',
      `It has been live for ${durationWords(liveMs)}; ${LEAST_DAYS} days are needed to judge its rate.`,
    );
  }
  const [slowest] = [...variations].sort((one, other) => one.orders - other.orders);
  const { name, orders } = slowest as (typeof variations)[number];
  const target = `${figures.count(wanted.orders)} orders per variation`;
  if (orders >= wanted.orders) {
    return finding('fine', `Each variation has ${figures.count(wanted.orders)} orders or more.`);
  }
  const daysAt = (count: number): number =>
    count === 0 ? Number.POSITIVE_INFINITY : (days * wanted.orders) / count;
  const words =
    orders === 0
      ? `${quoted(name)} has had no order in ${durationWords(liveMs)}.`
      : `At this rate it has ${target} in ${figures.count(Math.ceil(daysAt(orders) - days))} days (${quoted(name)} has ${figures.count(orders)} after ${durationWords(liveMs)}).`;
  const granted = orders + GRANTED * Math.sqrt(Math.max(1, orders));
  if (daysAt(granted) > wanted.days) {
    return finding(
      'alarm',
      words,
      'Test something that more visitors see, with fewer variations or a larger difference, or plan for a longer test.',
    );
  }
  return isOpen(observed, CHECK, '') && daysAt(orders) > wanted.days
    ? finding('unknown', words)
    : finding('fine', words);
};
