import { DEFAULT_THRESHOLDS } from '../../../shared/verdict-words.ts';
import { amount, wholeNumber } from '../../base/setting-values.ts';
import { section, setting } from './setting.ts';

const { leastDays, leastVisitors, leastOrders, likely, flat } = DEFAULT_THRESHOLDS;

/** The vendor's rules of thumb, which differ from guide to guide: the defaults are those of its results page. */
export const verdict = section(
  {
    minDays: setting(
      'VERDICT_MIN_DAYS',
      amount(0, 365, leastDays).default(leastDays),
      'No winner is named before an experience has run for this many days.',
    ),
    minVisitors: setting(
      'VERDICT_MIN_VISITORS',
      wholeNumber(0, 1_000_000_000, leastVisitors).default(leastVisitors),
      'No winner is named before each variation has this many visitors.',
    ),
    minOrders: setting(
      'VERDICT_MIN_ORDERS',
      wholeNumber(0, 1_000_000_000, leastOrders).default(leastOrders),
      'No winner is named before each variation has this many orders.',
    ),
    probabilityPercent: setting(
      'VERDICT_PROBABILITY_PERCENT',
      amount(50, 100, 100 * likely).default(100 * likely),
      'From this probability to beat the control, in percent, a variation counts as better.',
    ),
    flatPercent: setting(
      'VERDICT_FLAT_PERCENT',
      amount(0, 100, 100 * flat).default(100 * flat),
      'A smaller difference from the control, in percent, counts as no difference.',
    ),
  },
  ({ minDays, minVisitors, minOrders, probabilityPercent, flatPercent }) => ({
    leastDays: minDays,
    leastVisitors: minVisitors,
    leastOrders: minOrders,
    likely: probabilityPercent / 100,
    flat: flatPercent / 100,
  }),
);
