import { verdictWords } from '../../shared/verdict-words.ts';
import type { Results, VariationResult } from '../contract/experience.ts';
import type { Report, ReportSection } from '../contract/message.ts';
import { type Figures, figuresIn } from '../experience/figures.ts';

/** What a report says of one experience beside its figures. */
export interface Subject {
  experienceId: string;
  name: string;
  /** Where people open it; null for no link. */
  link: string | null;
}

/** The report of what came of an experience that has ended. Pure. */
export function resultsReport(
  { experienceId, name, link }: Subject,
  results: Results,
  locale: string,
): Report {
  return {
    topic: 'results',
    title: `Results of ${name}: ${verdictWords(results.verdict)}`,
    summary: results.summary,
    sections: resultSections(results, locale),
    experienceId,
    link,
    image: results.chart,
  };
}

/** The figures of every variation as a table, and what the vendor estimates. */
export function resultSections(results: Results, locale: string): ReportSection[] {
  const figures = figuresIn(locale, results.currency);
  const { variations, monthlyRevenue } = results;
  const sections: ReportSection[] = [];
  if (variations.length > 0) {
    const known = COLUMNS.filter(
      ({ optional, value }) => !optional || variations.some((variation) => value(variation) !== null),
    );
    sections.push({
      heading: 'Variations',
      lines: [],
      table: {
        columns: ['Variation', ...known.map(({ title }) => title)],
        rows: variations.map((variation) => [
          variation.name,
          ...known.map(({ said }) => said(variation, figures)),
        ]),
      },
    });
  }
  if (monthlyRevenue !== null) {
    const line = `${figures.gain(monthlyRevenue)} revenue per month, estimated by Intelligems.`;
    sections.push({ heading: 'If it were rolled out', lines: [line], table: null });
  }
  return sections;
}

interface ResultColumn {
  title: string;
  /** Left out where no variation has it. */
  optional?: true;
  value(variation: VariationResult): unknown;
  said(variation: VariationResult, figures: Figures): string;
}

const COLUMNS: readonly ResultColumn[] = [
  {
    title: 'Visitors',
    value: ({ visitors }) => visitors,
    said: ({ visitors }, { count }) => count(visitors),
  },
  { title: 'Orders', value: ({ orders }) => orders, said: ({ orders }, { count }) => count(orders) },
  {
    title: 'Conversion',
    value: ({ conversion }) => conversion,
    said: ({ conversion }, { percent }) => percent(conversion, 2),
  },
  {
    title: 'Revenue per visitor',
    value: ({ revenuePerVisitor }) => revenuePerVisitor,
    said: ({ revenuePerVisitor }, { money }) => money(revenuePerVisitor),
  },
  {
    title: 'Profit per visitor',
    optional: true,
    value: ({ profitPerVisitor }) => profitPerVisitor,
    said: ({ profitPerVisitor }, { money }) => money(profitPerVisitor),
  },
  {
    title: 'Uplift',
    value: ({ uplift }) => uplift,
    said: ({ uplift }, figures) => (uplift === null ? '' : upliftWords(uplift, figures)),
  },
  {
    title: 'Chance to beat the control',
    value: ({ probabilityToBeatBaseline }) => probabilityToBeatBaseline,
    said: ({ isControl, probabilityToBeatBaseline }, { chance }) =>
      isControl ? '' : chance(probabilityToBeatBaseline),
  },
];

/** “+4.2% (−1% to +9.4%)”. */
function upliftWords(
  { value, low, high }: NonNullable<VariationResult['uplift']>,
  { change }: Figures,
): string {
  return low === null || high === null
    ? change(value)
    : `${change(value)} (${change(low)} to ${change(high)})`;
}
