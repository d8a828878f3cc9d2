import { verdictWords } from '../../../shared/verdict-words.ts';
import type { Results } from '../../contract/experience.ts';
import { type Cell, numberCell, textCell } from './cells.ts';

/** The results of an experience as cells; empty ones if they are not known. */
export function resultCells(
  results: Results | null,
): Record<'verdict' | 'bestVariation' | 'uplift' | 'chanceToWin' | 'monthlyRevenue', Cell> {
  const challengers = (results?.variations ?? []).filter(({ isControl }) => !isControl);
  const best = challengers.reduce<(typeof challengers)[number] | undefined>(
    (leader, each) =>
      leader === undefined || (each.uplift?.value ?? -1) > (leader.uplift?.value ?? -1) ? each : leader,
    undefined,
  );
  return {
    verdict: textCell(results && verdictWords(results.verdict)),
    bestVariation: textCell(best?.name),
    uplift: numberCell(best?.uplift?.value, '+0.0%;-0.0%'),
    chanceToWin: numberCell(best?.probabilityToBeatBaseline, '0.0%'),
    monthlyRevenue: numberCell(results?.monthlyRevenue, '#,##0'),
  };
}
