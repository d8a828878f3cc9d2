import type { Command } from 'commander';
import { ACTION_VERBS, durationWords } from '../../shared/words.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { SurveyResult } from '../intelligems/survey.ts';
import { oneLine } from './lines.ts';
import { settingsOf } from './receiver-access.ts';

const PATIENCE = 'With many experiences this takes minutes: Intelligems limits how often it may be asked.';

/** Adds `reconcile`: compares Intelligems with the ledger now, and says what the webhooks missed. */
export function addReconcileCommand(program: Command): void {
  program
    .command('reconcile')
    .description('compare Intelligems with the ledger now, and recover what the webhooks missed')
    .action(async (_options: unknown, command: Command) => {
      const configuration = settingsOf(command);
      if (configuration.sources.every(({ accessToken }) => accessToken === null)) {
        command.error(
          'error: There is no access token to ask Intelligems with. Set INTELLIGEMS_ACCESS_TOKEN.',
        );
      }
      if (configuration.reconcile.mode === 'off') {
        command.error('error: RECONCILE is off. Set it to list or deliver, and run this again.');
      }
      let results: SurveyResult[];
      try {
        results = await survey(configuration);
      } catch (error) {
        return command.error(`error: ${(error as Error).message}`);
      }
      process.stdout.write(`${results.flatMap((each) => told(each, configuration)).join('\n')}\n`);
      process.exitCode = results.some(({ failure }) => failure !== null) ? 1 : 0;
    });
}

/** A pass by the receiver that runs on the data folder, else one of our own. */
async function survey(configuration: Configuration): Promise<SurveyResult[]> {
  const { openLedger } = await import('../ledger/open.ts');
  const { FolderInUse } = await import('../ledger/sqlite/lock.ts');
  try {
    const { ledger, close } = await openLedger(configuration.storage, configuration.database);
    try {
      process.stdout.write(`Comparing with Intelligems. ${PATIENCE}\n`);
      return await surveyHere(configuration, ledger);
    } finally {
      await close();
    }
  } catch (error) {
    if (!(error instanceof FolderInUse)) {
      throw error;
    }
  }
  return surveyThere(configuration);
}

async function surveyHere(configuration: Configuration, ledger: Ledger): Promise<SurveyResult[]> {
  const [{ pino }, { openClients }, { enrichmentPlan }, { surveysOf }, { planDeliveries }, { openZapier }] =
    await Promise.all([
      import('pino'),
      import('../intelligems/clients.ts'),
      import('../intelligems/enrichment.ts'),
      import('../intelligems/surveys.ts'),
      import('../routes/plan.ts'),
      import('../zapier/zapier.ts'),
    ]);
  const clients = openClients(configuration.intelligems, configuration.sources);
  const zapier = await openZapier(
    { ...configuration.zapier, burstMs: configuration.routing.quietMs },
    ledger,
    configuration.sources,
    clients,
  );
  const enrichment = enrichmentPlan(configuration, clients);
  const plan: Plan = (event, source, now) => [
    ...planDeliveries(configuration.routing, event, { source, now }),
    ...zapier.plan(event, source, now),
    ...enrichment(event, source, now),
  ];
  const log = pino({ level: 'silent' });
  const results: SurveyResult[] = [];
  for (const each of surveysOf(configuration, { ledger, clients, plan, log, now: Date.now })) {
    results.push(await each.whole(new AbortController().signal));
  }
  return results;
}

/** Only the receiver may add events to its data folder while it runs: it is asked through the ledger. */
async function surveyThere({ storage }: Configuration): Promise<SurveyResult[]> {
  const { SqliteLedger } = await import('../ledger/sqlite/ledger.ts');
  const { askForSurvey } = await import('../intelligems/surveys.ts');
  const ledger = await SqliteLedger.open(storage.dataFolder);
  try {
    process.stdout.write(`Asking the running receiver to compare. ${PATIENCE}\n`);
    const answer = await askForSurvey(ledger, Date.now());
    if ('refusal' in answer) {
      throw new Error(answer.refusal);
    }
    return answer.results;
  } finally {
    await ledger.close();
  }
}

function told(
  { source, listed, since, recovered, pending, failure }: SurveyResult,
  { reconcile }: Configuration,
): string[] {
  const missed =
    recovered.length === 1 ? 'one action had no webhook' : `${recovered.length} actions had no webhook`;
  const done = reconcile.mode === 'deliver' ? 'recovered and delivered' : 'listed';
  const lines = [
    `${source}: ${listed} ${listed === 1 ? 'experience' : 'experiences'} at Intelligems compared with what came since ${new Date(since).toISOString()}; ` +
      (recovered.length > 0
        ? `${missed}, now ${done}:`
        : failure === null
          ? 'nothing was missed.'
          : 'nothing was found.'),
    ...recovered.map(
      ({ action, at, name, experienceId, by }) =>
        `  ${new Date(at).toISOString()}  ${oneLine(name ?? experienceId)} ${ACTION_VERBS[action]}${by === null ? '' : ` by ${oneLine(by)}`}`,
    ),
  ];
  if (pending) {
    const grace = durationWords(reconcile.graceMs);
    lines.push(
      `  Some actions are younger than ${grace} and have no event yet: their webhooks may still come.`,
    );
  }
  if (failure !== null) {
    lines.push(`  It could not be finished, so that more may be missing: ${failure.message}`);
  }
  return lines;
}
