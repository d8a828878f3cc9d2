import { describe, expect, test } from '@jest/globals';
import { isReady, readResults } from '../../../receivers/experience/results.ts';
import { resultsReport } from '../../../receivers/reports/results.ts';
import { type Analytics, readAnalytics } from '../../../shared/intelligems-analytics.ts';
import { RESULTS, SUBJECT } from './subjects.ts';

describe('the report of results', () => {
  test('has a row for each variation, in the store’s currency, without columns that nobody filled', () => {
    const report = resultsReport(SUBJECT, RESULTS, 'en-US');
    expect(report.title).toBe('Results of Backpack price test: Leaning toward a win');
    expect(report.image).toEqual(RESULTS.chart);
    expect(report.sections).toEqual([
      {
        heading: 'Variations',
        lines: [],
        table: {
          columns: [
            'Variation',
            'Visitors',
            'Orders',
            'Conversion',
            'Revenue per visitor',
            'Uplift',
            'Chance to beat the control',
          ],
          rows: [
            ['Control', '5,012', '150', '2.99%', '€1.50', '', ''],
            ['Price −5%', '4,990', '171', '3.43%', '€1.62', '+8.2% (-1.1% to +17.5%)', '93%'],
          ],
        },
      },
      {
        heading: 'If it were rolled out',
        lines: ['+€8,213 revenue per month, estimated by Intelligems.'],
        table: null,
      },
    ]);
  });

  test('is written as the language writes it', () => {
    const [section] = resultsReport(SUBJECT, RESULTS, 'de-DE').sections;
    const cells = section?.table?.rows[0]?.map((cell) => cell.replace(/\s/g, ' ')).slice(1, 5);
    expect(cells).toEqual(['5.012', '150', '2,99 %', '1,50 €']);
  });

  test('rounds no chance to a certainty', () => {
    const chances = [0.9951, 0.99, 0.01, 0.0049].map((probabilityToBeatBaseline) => {
      const variations = [{ ...RESULTS.variations[1]!, probabilityToBeatBaseline }];
      const [section] = resultsReport(SUBJECT, { ...RESULTS, variations }, 'en-US').sections;
      return section?.table?.rows[0]?.at(-1);
    });
    expect(chances).toEqual(['over 99%', '99%', '1%', 'under 1%']);
  });

  test('bears with a currency that is none', () => {
    const report = resultsReport(SUBJECT, { ...RESULTS, currency: 'gold' }, 'en-US');
    expect(report.sections[0]?.table?.rows[0]?.[4]).toBe('1.50');
  });
});

function analytics(changes: {
  runtimeDays?: number;
  verdict?: string;
  probability?: number;
  gain?: number;
  orders?: number;
}): Analytics {
  const { runtimeDays = 14, verdict = 'strong_win', probability = 0.9, gain = 0.1, orders = 200 } = changes;
  const found = readAnalytics({
    metrics: [
      { variation_id: 'a', n_visitors: { value: 5000 }, n_orders: { value: 180 } },
      {
        variation_id: 'b',
        n_visitors: { value: 5000 },
        n_orders: { value: orders },
        net_revenue_per_visitor: { value: 2, p2bb: probability, uplift: { value: gain } },
      },
    ],
    variations: [
      { id: 'a', name: 'Control', isControl: true, order: 0 },
      { id: 'b', name: 'Blue', isControl: false, order: 1 },
    ],
    testResult: { verdict, runtime_days: runtimeDays },
    graphs: [{ title: 'Revenue', url: 'https://charts.example/1.png' }],
  });
  if (found === null) {
    throw new Error('no analytics');
  }
  return found;
}

describe('results in words', () => {
  test.each([
    ['ahead', { probability: 0.86 }, '“Blue” probably beats the control (86% chance).'],
    ['behind', { probability: 0.1, gain: -0.2 }, 'The control is probably better than every variation'],
    [
      'flat',
      { probability: 0.9, gain: 0.03 },
      '“Blue” is within 5% of the control: practically no difference.',
    ],
    ['almost surely ahead', { probability: 0.9981 }, '(over 99% chance).'],
    ['almost surely behind', { probability: 0.002, gain: -0.2 }, 'with a chance of under 1%).'],
    ['open', { probability: 0.6 }, 'It is not clear yet whether “Blue” beats the control (60% chance).'],
  ])('tell a variation that is %s, never as a certainty', (_, changes, words) => {
    expect(readResults(analytics(changes), 'USD', { locale: 'en-US' }).summary).toContain(words);
  });

  test('name a winner by other thresholds, if these are set', () => {
    const few = analytics({ runtimeDays: 5, orders: 4, probability: 0.86 });
    const loose = { leastDays: 3, leastVisitors: 1, leastOrders: 1, likely: 0.8, flat: 0 };
    const words = (thresholds: typeof loose): string =>
      readResults(few, 'USD', { locale: 'en-US', thresholds }).summary;
    expect(words(loose)).toContain('probably beats the control');
    expect(words({ ...loose, likely: 0.9 })).toContain('It is not clear yet');
    expect(words({ ...loose, leastOrders: 5 })).toContain('Fewer than 5 orders');
  });

  test.each([
    [{ runtimeDays: 5 }, 'It has run for 5 days, and needs at least 10.'],
    [{ orders: 4 }, 'Fewer than 10 orders in Blue.'],
  ])('name no winner too early: %j', (changes, reason) => {
    const { summary } = readResults(analytics(changes), 'USD', { locale: 'en-US' });
    expect(summary).toContain('It is too early to name a winner.');
    expect(summary).toContain(reason);
  });

  test('have the chart only where it is a picture on the web', () => {
    expect(readResults(analytics({}), null, { locale: 'en-US' }).chart).toEqual({
      url: 'https://charts.example/1.png',
      description: 'Revenue',
    });
    const local = { ...analytics({}), charts: [{ title: '', url: 'http://10.0.0.1/x.png', data: null }] };
    expect(readResults(local, null, { locale: 'en-US' }).chart).toBeNull();
  });

  test('are ready with a verdict alone', () => {
    expect(isReady(analytics({}))).toBe(true);
    expect(isReady(analytics({ verdict: 'not_ready' }))).toBe(false);
    expect(isReady(analytics({ verdict: 'something new' }))).toBe(false);
  });
});
