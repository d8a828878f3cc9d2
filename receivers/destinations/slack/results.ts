import type { Results, VariationResult } from '../../experience/results.ts';
import { type Block, bold, LIMITS, line, richText, text } from './blocks.ts';
import { monospaceTable } from './table.ts';
import { oneLine } from './text.ts';

const VERDICTS: Readonly<Record<Results['verdict'], string>> = {
  strong_win: 'Strong win',
  directional_win: 'Directional win',
  directional_loss: 'Directional loss',
  strong_loss: 'Strong loss',
  mixed_signals: 'Mixed signals',
  not_ready: 'Not ready to call',
  error: 'No verdict',
};

const SHOWN = 12;

/** What came of an experience: the verdict, a table with a row per variation, the chart. */
export function resultBlocks(results: Results): Block[] {
  const { verdict, summary, variations, chart } = results;
  const blocks: Block[] = [
    richText(
      line(bold(`Result: ${VERDICTS[verdict]}`), text(`\n${oneLine(summary, 1000)}`)),
      ...(variations.length === 0
        ? []
        : [{ type: 'rich_text_preformatted' as const, elements: [text(resultTable(results))] }]),
    ),
  ];
  if (chart !== null) {
    blocks.push(image(chart));
  }
  return blocks;
}

/** An image block, within Slack's limits. */
export function image({ url, description }: { url: string; description: string }): Block {
  return { type: 'image', image_url: url, alt_text: oneLine(description, LIMITS.alternativeText) || 'Chart' };
}

function resultTable({ variations, currency, monthlyRevenue }: Results): string {
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
