import type { Variation } from '../../../shared/events.ts';
import { percentWords, variationWords } from '../../../shared/words.ts';
import { inline } from './text.ts';

const BAR_CELLS = 10;
const SHOWN = 12;
const NAME_LIMIT = 80;

/** One variation, ready to be displayed. */
export interface VariationLine {
  /** The traffic share as a bar of ten cells. */
  bar: string;
  /** “50%”. */
  share: string;
  name: string;
}

/** The variations in their order, at most twelve. `left` counts those that are not listed. */
export function variationLines(variations: readonly Variation[]): { lines: VariationLine[]; left: number } {
  const ordered = [...variations].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const shown = ordered.length > SHOWN ? ordered.slice(0, SHOWN - 1) : ordered;
  return { lines: shown.map(variationLine), left: ordered.length - shown.length };
}

function variationLine(variation: Variation, index: number): VariationLine {
  const name = inline(variationWords(variation, index), NAME_LIMIT) || `Variation ${index + 1}`;
  const control = variation.isControl === true && !/control/i.test(name) ? ' (control)' : '';
  return { bar: bar(variation.percentage), share: percentWords(variation.percentage), name: name + control };
}

/** A share (0 to 100) as a bar of ten cells, with at least one filled cell for any share above zero. */
function bar(percentage: number | undefined): string {
  const share = Math.min(100, Math.max(0, percentage ?? 0));
  const filled = share > 0 ? Math.max(1, Math.round((share / 100) * BAR_CELLS)) : 0;
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
}
