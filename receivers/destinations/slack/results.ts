import { verdictWords } from '../../../shared/verdict-words.ts';
import type { Results } from '../../contract/experience.ts';
import { resultTable } from '../common/results.ts';
import { oneLine } from '../common/text.ts';
import { type Block, bold, LIMITS, line, richText, text } from './blocks.ts';

/** The results of an experience: the verdict, a table with a row per variation, the chart. */
export function resultBlocks(results: Results): Block[] {
  const { verdict, summary, variations, chart } = results;
  const blocks: Block[] = [
    richText(
      line(bold(`Result: ${verdictWords(verdict)}`), text(`\n${oneLine(summary, 1000)}`)),
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
