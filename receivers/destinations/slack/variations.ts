import type { Variation } from '../../../shared/events.ts';
import { percentWords, variationWords } from '../../../shared/words.ts';
import { type Block, type Inline, richText, text } from './blocks.ts';
import { inline } from './text.ts';

const BAR_CELLS = 10;
const SHOWN = 12;
const NAME_LIMIT = 80;

/** The variations with their shares of the traffic, a bar each, in their order; nothing where there are none. */
export function variationBlocks(variations: readonly Variation[]): Block[] {
  if (variations.length === 0) {
    return [];
  }
  const ordered = [...variations].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const shown = ordered.length > SHOWN ? ordered.slice(0, SHOWN - 1) : ordered;
  const lines = shown.map(variationLine);
  if (shown.length < ordered.length) {
    lines.push([text(`… and ${ordered.length - shown.length} more variations`, { italic: true })]);
  }
  const elements = lines.flatMap((each, index) => (index === 0 ? each : [text('\n'), ...each]));
  return [richText({ type: 'rich_text_section', elements })];
}

function variationLine(variation: Variation, index: number): Inline[] {
  const name = inline(variationWords(variation, index), NAME_LIMIT);
  const control = variation.isControl === true && !/control/i.test(name) ? ' (control)' : '';
  return [
    text(bar(variation.percentage), { code: true }),
    text(`  ${percentWords(variation.percentage)}`, { bold: true }),
    text(`  ${name}${control}`),
  ];
}

/** A share (0 to 100) as ten cells; a share that is not nothing shows at least one. */
function bar(percentage: number | undefined): string {
  const share = Math.min(100, Math.max(0, percentage ?? 0));
  const filled = share > 0 ? Math.max(1, Math.round((share / 100) * BAR_CELLS)) : 0;
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
}
