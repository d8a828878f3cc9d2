import type { Measured } from '../fakes/intelligems-documents.ts';

/** Gives numbers from 0 to 1. */
export type Random = () => number;

/** What is really true of an experience, which its figures show only by and by. */
export interface Truth {
  /** Visitors of all variations on a day. */
  visitorsPerDay: number;
  /** The true share of the traffic of each variation, 0 to 1. */
  shares: number[];
  /** The true conversion of each, 0 to 1. */
  conversions: number[];
  /** The mean of an order, in the store's currency. */
  orderValue: number;
}

/** More traffic in the evening than at night: the factor of each hour of the day, 1 on average. */
const HOURS = Array.from({ length: 24 }, (_, hour) => 1 - 0.7 * Math.cos(((hour - 3) / 24) * 2 * Math.PI));

/** What one hour adds to the figures of each variation. */
export function hourOf(truth: Truth, hour: number, random: Random): Measured[] {
  const expected = (truth.visitorsPerDay / 24) * (HOURS[hour % 24] as number);
  return truth.shares.map((share, index) => {
    const visitors = poisson(expected * share, random);
    const orders = poisson(visitors * (truth.conversions[index] as number), random);
    return { visitors, orders, revenue: orders * truth.orderValue, profit: null };
  });
}

/** The sum of figures, variation by variation. */
export function added(one: readonly Measured[], other: readonly Measured[]): Measured[] {
  return one.map((figures, index) => {
    const more = other[index] as Measured;
    return {
      visitors: figures.visitors + more.visitors,
      orders: figures.orders + more.orders,
      revenue: figures.revenue + more.revenue,
      profit: null,
    };
  });
}

/** A count by a Poisson distribution: Knuth's product for small means, a normal distribution for large ones. */
function poisson(mean: number, random: Random): number {
  if (mean > 60) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) {
    count += 1;
  }
  return count;
}
