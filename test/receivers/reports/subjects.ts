import type { Results } from '../../../receivers/contract/experience.ts';
import type { Subject } from '../../../receivers/reports/results.ts';

export const SUBJECT: Subject = {
  experienceId: '7c0d9a54-3b1e-4f3a-9d27-52f0c9a1b6e8',
  name: 'Backpack price test',
  link: null,
};

export const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Leaning toward a win.',
  currency: 'EUR',
  monthlyRevenue: 8213.4,
  chart: { url: 'https://charts.example/1.png', description: 'Revenue per visitor' },
  variations: [
    {
      id: 'a',
      name: 'Control',
      isControl: true,
      visitors: 5012,
      orders: 150,
      conversion: 0.0299,
      revenuePerVisitor: 1.5,
      profitPerVisitor: null,
      uplift: null,
      probabilityToBeatBaseline: null,
    },
    {
      id: 'b',
      name: 'Price −5%',
      isControl: false,
      visitors: 4990,
      orders: 171,
      conversion: 0.0343,
      revenuePerVisitor: 1.623,
      profitPerVisitor: null,
      uplift: { value: 0.082, low: -0.011, high: 0.175 },
      probabilityToBeatBaseline: 0.93,
    },
  ],
};
