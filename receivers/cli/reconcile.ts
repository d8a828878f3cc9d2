import type { Command } from 'commander';
import { ACTION_VERBS, durationWords } from '../../shared/words.ts';
import type { Configuration } from '../config/configuration.ts';
import type { SurveyResult } from '../operations/reconcile.ts';
import { count } from '../operations/words.ts';
import { oneLine } from './lines.ts';
import { orFail } from './receiver-access.ts';
import { wholeSettingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

const PATIENCE = 'With many experiences this takes minutes, because Intelligems limits the rate of requests.';

const BEGINNINGS = {
  'this process': 'Comparing with Intelligems.',
  'the running receiver': 'Asking the running receiver to compare.',
} as const;

/** Compares Intelligems with the ledger, and prints what was found. */
export async function reconcileNow(terminal: Terminal, command: Command): Promise<void> {
  const { reconcile, reconcileProblem } = await import('../operations/reconcile.ts');
  await orFail(terminal, async () => {
    const configuration = await wholeSettingsOf(terminal, command);
    const problem = reconcileProblem(configuration);
    if (problem !== null) {
      command.error(`error: ${problem}`);
    }
    const results = await reconcile(configuration, (by) =>
      terminal.printLine(`${BEGINNINGS[by]} ${PATIENCE}`),
    );
    terminal.printLine(results.flatMap((each) => resultLines(each, configuration)).join('\n'));
    terminal.exitCode = results.some(({ failure }) => failure !== null) ? 1 : 0;
  });
}

function resultLines(
  { source, listed, since, recovered, pending, failure }: SurveyResult,
  { reconcile: { mode, graceMs } }: Configuration,
): string[] {
  const compared = `${source}: ${count(listed, 'experience')} at Intelligems compared with what arrived since ${new Date(since).toISOString()}`;
  return [
    `${compared}; ${outcomeWords(recovered.length, mode, failure !== null)}`,
    ...recovered.map(
      ({ action, at, name, experienceId, by }) =>
        `  ${new Date(at).toISOString()}  ${oneLine(name ?? experienceId)} ${ACTION_VERBS[action]}${by === null ? '' : ` by ${oneLine(by)}`}`,
    ),
    ...(pending
      ? [
          `  Some actions are less than ${durationWords(graceMs)} old and have no event yet: their webhooks may still arrive.`,
        ]
      : []),
    ...(failure === null
      ? []
      : [`  The comparison could not be finished, so more may be missing: ${failure.message}`]),
  ];
}

function outcomeWords(recovered: number, mode: string, failed: boolean): string {
  if (recovered === 0) {
    return failed ? 'nothing was found.' : 'nothing was missed.';
  }
  const missed = recovered === 1 ? 'one action had no webhook' : `${recovered} actions had no webhook`;
  return `${missed}, now ${mode === 'deliver' ? 'recovered and delivered' : 'listed'}:`;
}
