import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../ledger/contract.ts';
import { startRounds } from '../rounds.ts';
import { RECONCILIATION } from './reconciliation.ts';
import { Survey, type SurveyResult, type SurveyServices } from './survey.ts';

/** How often is looked whether a person asks for a pass, milliseconds. */
const ASKED_EVERY_MS = 1_000;
/** A round that the storage or a fault of the program ended is repeated after this, milliseconds. */
const AFTER_FAULT_MS = 60_000;

/** Under these keys a person's command asks a running receiver for a pass, and finds what came of it. */
const ASKED = 'asked';
const ANSWER = 'answer';

/** What a running receiver answers to a person's command. */
export interface SurveyAnswer {
  /** When it was asked for, milliseconds since 1970. */
  asked: number;
  results: SurveyResult[];
}

/** The surveys of every source with an access token. */
export function surveysOf(configuration: Configuration, services: SurveyServices): Survey[] {
  return configuration.sources
    .filter(({ name }) => services.clients.has(name))
    .map((source) => new Survey(source, configuration, services));
}

/** Whether the settings leave surveys anything to do. */
function hasWork({ reconcile, milestones, overview }: Configuration): boolean {
  return reconcile.mode !== 'off' || milestones.to.length > 0 || overview.to.length > 0;
}

/**
 * Surveys every source with an access token at start and then again and again, and whenever a person asks
 * for it. Gives a function that ends it and resolves when what is under way has ended.
 */
export async function startSurveys(
  configuration: Configuration,
  services: SurveyServices,
): Promise<() => Promise<void>> {
  const surveys = surveysOf(configuration, services);
  if (surveys.length === 0 || !hasWork(configuration)) {
    return async () => {};
  }
  const { ledger, log } = services;
  for (const survey of surveys) {
    await survey.since();
  }
  const endings = surveys.map((survey) =>
    startRounds(
      (signal) => survey.round(signal),
      { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'comparing with Intelligems' },
      log,
    ),
  );
  endings.push(answerQuestions(surveys, ledger, log));
  return async () => {
    await Promise.all(endings.map((end) => end()));
  };
}

function answerQuestions(surveys: readonly Survey[], ledger: Ledger, log: Logger): () => Promise<void> {
  return startRounds(
    async (signal) => {
      const asked = Number((await ledger.recall(RECONCILIATION, ASKED)) ?? 0);
      if (asked > 0 && asked !== (await answered(ledger))?.asked) {
        const results: SurveyResult[] = [];
        for (const survey of surveys) {
          results.push(await survey.whole(signal));
        }
        await ledger.remember(RECONCILIATION, { [ANSWER]: JSON.stringify({ asked, results }) });
      }
      return ASKED_EVERY_MS;
    },
    { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'comparing with Intelligems' },
    log,
  );
}

async function answered(ledger: Pick<Ledger, 'recall'>): Promise<SurveyAnswer | null> {
  const fact = await ledger.recall(RECONCILIATION, ANSWER);
  return fact === null ? null : JSON.parse(fact);
}

/**
 * Asks the receiver that runs on this ledger for a pass, and waits for its answer; null where none comes
 * before `signal` aborts.
 *
 * @param now milliseconds since 1970
 */
export async function askForSurvey(
  ledger: Pick<Ledger, 'recall' | 'remember'>,
  now: number,
  signal: AbortSignal,
): Promise<SurveyAnswer | null> {
  await ledger.remember(RECONCILIATION, { [ASKED]: String(now) });
  while (!signal.aborted) {
    const answer = await answered(ledger);
    if (answer?.asked === now) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS / 4));
  }
  return null;
}
