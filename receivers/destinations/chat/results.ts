import type { Results, VariationResult } from '../../experience/results.ts';
import { monospaceTable } from './table.ts';
import { oneLine } from './text.ts';

/** The verdict in words, as a heading. */
export const VERDICTS: Readonly<Record<Results['verdict'], string>> = {
  strong_win: 'Strong win',
  directional_win: 'Directional win',
  directional_loss: 'Directional loss',
  strong_loss: 'Strong loss',
  mixed_signals: 'Mixed signals',
  not_ready: 'Not ready to call',
  error: 'No verdict',
};

const SHOWN = 12;

/** The figures as a table in characters of equal width, a row per variation; columns without any figure are left out. */
export function resultTable({ variations, currency, monthlyRevenue }: Results): string {
  const columns: [string, (variation: VariationResult) => string][] = [
    ['Visitors', ({ visitors }) => count(visitors)],
    ['Orders', ({ orders }) => count(orders)],
    ['Conv.', ({ conversion }) => share(conversion, 2)],
    ['Rev/visitor', ({ revenuePerVisitor }) => amount(revenuePerVisitor)],
    ['Profit/visitor', ({ profitPerVisitor }) => amount(profitPerVisitor)],
    ['Uplift', ({ uplift }) => (uplift === null ? '' : signed(uplift.value))],
    ['Chance', ({ probabilityToBeatBaseline }) => share(probabilityToBeatBaseline, 0)],
  ];
  const shown = variations.slice(0, SHOWN);
  const known = columns.filter(([, cell]) => shown.some((variation) => cell(variation) !== ''));
  const rows = [
    ['', ...known.map(([heading]) => heading)],
    ...shown.map((variation) => [
      oneLine(variation.name, 24),
      ...known.map(([, cell]) => cell(variation) || '–'),
    ]),
  ];
  const table = monospaceTable(rows);
  const more = variations.length > SHOWN ? `\n… and ${variations.length - SHOWN} more` : '';
  const money =
    monthlyRevenue === null
      ? ''
      : `\nEstimated: ${signedAmount(monthlyRevenue)}${currency === null ? '' : ` ${currency}`} revenue a month`;
  return `${table}${more}${money}`;
}

function count(value: number | null): string {
  return value === null ? '' : value.toLocaleString('en-US');
}

function amount(value: number | null): string {
  return value === null ? '' : value.toFixed(2);
}

function share(value: number | null, digits: number): string {
  return value === null ? '' : `${(value * 100).toFixed(digits)} %`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${(Math.abs(value) * 100).toFixed(1)} %`;
}

function signedAmount(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(Math.round(value)).toLocaleString('en-US')}`;
}
