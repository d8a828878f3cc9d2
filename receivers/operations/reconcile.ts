import { pino } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { openClients } from '../intelligems/clients.ts';
import { enrichmentPlan } from '../intelligems/enrichment.ts';
import type { SurveyResult } from '../intelligems/survey.ts';
import { askForSurvey, surveysOf } from '../intelligems/surveys.ts';
import { openLedger } from '../ledger/open.ts';
import { FolderInUse } from '../ledger/sqlite/lock.ts';
import { planDeliveries } from '../routes/plan.ts';
import { openZapier } from '../zapier/zapier.ts';

export type { SurveyResult };

/** Why these settings leave nothing to compare, and what to set; null if they do. */
export function reconcileProblem({ sources, reconcile }: Configuration): string | null {
  if (sources.every(({ accessToken }) => accessToken === null)) {
    return 'There is no access token to ask Intelligems with. Set INTELLIGEMS_ACCESS_TOKEN.';
  }
  return reconcile.mode === 'off' ? 'RECONCILE is off. Set it to list or deliver, and run this again.' : null;
}

/**
 * Compares Intelligems with the ledger now: by the receiver that runs on the data folder, or else in this process.
 * Rejects with a sentence if the running receiver cannot, or if the storage cannot be opened.
 *
 * @param onBegin called once it is known who compares
 */
export async function reconcile(
  configuration: Configuration,
  onBegin: (by: 'this process' | 'the running receiver') => void,
): Promise<SurveyResult[]> {
  let opened: Awaited<ReturnType<typeof openLedger>>;
  try {
    opened = await openLedger(configuration.storage, configuration.database);
  } catch (error) {
    if (!(error instanceof FolderInUse)) {
      throw error;
    }
    onBegin('the running receiver');
    return surveyThere(configuration);
  }
  try {
    onBegin('this process');
    return await surveyHere(configuration, opened.ledger);
  } finally {
    await opened.close();
  }
}

async function surveyHere(configuration: Configuration, ledger: Ledger): Promise<SurveyResult[]> {
  const clients = openClients(configuration.intelligems, configuration.sources);
  const zapier = await openZapier(
    {
      ...configuration.zapier,
      burstMs: configuration.routing.quietMs,
      addresses: configuration.intelligems.addresses,
    },
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
  try {
    for (const each of surveysOf(configuration, { ledger, clients, plan, log, now: Date.now })) {
      results.push(await each.whole(new AbortController().signal));
    }
  } finally {
    zapier.close();
  }
  return results;
}

/** Only the receiver may add events to its data folder while it runs. It is asked through the ledger. */
async function surveyThere({ storage }: Configuration): Promise<SurveyResult[]> {
  const { SqliteLedger } = await import('../ledger/sqlite/ledger.ts');
  const ledger = await SqliteLedger.open(storage.dataFolder);
  try {
    const answer = await askForSurvey(ledger, Date.now());
    if ('refusal' in answer) {
      throw new Error(answer.refusal);
    }
    return answer.results;
  } finally {
    await ledger.close();
  }
}
