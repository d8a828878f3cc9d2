import type { Results, VariationResult } from '../../contract/experience.ts';
import { DEFAULT_LOCALE, type Figures, figuresIn } from '../../experience/figures.ts';
import { monospaceTable } from './table.ts';
import { inline, oneLine } from './text.ts';

const SHOWN = 12;

/** The figures as a table for a monospaced font, a row per variation. Columns without any figure are left out. */
export function resultTable({ variations, currency, locale, monthlyRevenue }: Results): string {
  const figures = figuresIn(locale ?? DEFAULT_LOCALE, currency);
  const said = (value: number | null, words: (known: number) => string): string =>
    value === null ? '' : words(value);
  const columns: [string, (variation: VariationResult) => string][] = [
    ['Visitors', ({ visitors }) => said(visitors, figures.count)],
    ['Orders', ({ orders }) => said(orders, figures.count)],
    ['Conv.', ({ conversion }) => said(conversion, (rate) => figures.percent(rate, 2))],
    ['Rev/visitor', ({ revenuePerVisitor }) => said(revenuePerVisitor, figures.money)],
    ['Profit/visitor', ({ profitPerVisitor }) => said(profitPerVisitor, figures.money)],
    ['Uplift', ({ uplift }) => said(uplift?.value ?? null, figures.change)],
    ['Chance', ({ probabilityToBeatBaseline }) => said(probabilityToBeatBaseline, figures.chance)],
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
  const money = monthlyRevenue === null ? '' : `\nEstimated: ${figures.gain(monthlyRevenue)} revenue a month`;
  return `${table}${more}${money}`;
}

/** The figures of each variation in a sentence of its own, at most twelve: for services without monospaced text. */
export function resultLines({ variations, currency, locale }: Results): string[] {
  const figures = figuresIn(locale ?? DEFAULT_LOCALE, currency);
  return variations.slice(0, SHOWN).map((variation) => resultWords(variation, figures));
}

function resultWords(variation: VariationResult, { count, money, percent, chance, change }: Figures): string {
  const { visitors, orders, conversion, revenuePerVisitor, profitPerVisitor, uplift } = variation;
  const probability = variation.probabilityToBeatBaseline;
  const figures = [
    visitors !== null && `${count(visitors)} visitors`,
    orders !== null && `${count(orders)} orders`,
    conversion !== null && `${percent(conversion, 2)} conversion`,
    revenuePerVisitor !== null && `${money(revenuePerVisitor)} revenue a visitor`,
    profitPerVisitor !== null && `${money(profitPerVisitor)} profit a visitor`,
    uplift !== null && `uplift ${change(uplift.value)}`,
    probability !== null && `${chance(probability)} chance to win`,
  ].filter((figure) => figure !== false);
  return `${inline(variation.name, 80)}: ${figures.join(' · ') || 'no figures'}`;
}
