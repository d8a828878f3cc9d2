import type { Results } from '../../experience/results.ts';
import { type Cell, numberCell, textCell } from './cells.ts';

const VERDICTS: Readonly<Record<Results['verdict'], string>> = {
  strong_win: 'Strong win',
  directional_win: 'Directional win',
  directional_loss: 'Directional loss',
  strong_loss: 'Strong loss',
  mixed_signals: 'Mixed signals',
  not_ready: 'Not ready',
  error: 'No verdict',
};

/** What came of an experience as cells; empty ones where it is not known. */
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
    verdict: textCell(results && VERDICTS[results.verdict]),
    bestVariation: textCell(best?.name),
    uplift: numberCell(best?.uplift?.value, '+0.0%;-0.0%'),
    chanceToWin: numberCell(best?.probabilityToBeatBaseline, '0.0%'),
    monthlyRevenue: numberCell(results?.monthlyRevenue, '#,##0'),
  };
}
