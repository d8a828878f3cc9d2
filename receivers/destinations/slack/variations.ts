import type { Variation } from '../../../shared/events.ts';
import { variationLines } from '../common/variations.ts';
import { type Block, type Inline, richText, text } from './blocks.ts';

/** The variations with their traffic shares, a bar each; nothing if there are none. */
export function variationBlocks(variations: readonly Variation[]): Block[] {
  if (variations.length === 0) {
    return [];
  }
  const { lines, left } = variationLines(variations);
  const rows: Inline[][] = lines.map(({ bar, share, name }) => [
    text(bar, { code: true }),
    text(`  ${share}`, { bold: true }),
    text(`  ${name}`),
  ]);
  if (left > 0) {
    rows.push([text(`… and ${left} more variations`, { italic: true })]);
  }
  const elements = rows.flatMap((row, index) => (index === 0 ? row : [text('\n'), ...row]));
  return [richText({ type: 'rich_text_section', elements })];
}
