import type { Logger } from 'pino';
import { startRounds } from '../base/rounds.ts';
import type { Ledger } from '../contract/ledger.ts';
import { RECONCILIATION } from './reconciliation.ts';
import type { SurveySettings } from './settings.ts';
import { Survey, type SurveyResult, type SurveyServices } from './survey.ts';

/** How often is looked whether a person asks for a pass, milliseconds. */
const ASKED_EVERY_MS = 1_000;
/** How often the command looks for the answer, milliseconds. */
const LOOK_MS = ASKED_EVERY_MS / 4;
/** A round that the storage or a fault of the program ended is repeated after this, milliseconds. */
const AFTER_FAULT_MS = 60_000;

/** A question that a running receiver does not take up within this time is given up, milliseconds. */
const TAKEN_WITHIN_MS = 5_000;
/** Time limit of a pass, milliseconds. The vendor's rate limit makes long lists slow. */
const ANSWERED_WITHIN_MS = 15 * 60_000;

/** Under these keys a person's command asks a running receiver for a pass, and finds what came of it. */
const ASKED = 'asked';
const TAKEN = 'taken';
const ANSWER = 'answer';

/** What a running receiver answers to a person's command: what it found, or in a sentence why it does not look. */
export type SurveyAnswer = { results: SurveyResult[] } | { refusal: string };

/** With when it was asked for, milliseconds since 1970. */
type KeptAnswer = SurveyAnswer & { asked: number };

/** The surveys of every source with an access token. */
export function surveysOf(configuration: SurveySettings, services: SurveyServices): Survey[] {
  return configuration.sources
    .filter(({ name }) => services.clients.has(name))
    .map((source) => new Survey(source, configuration, services));
}

/**
 * Surveys every source with an access token at start and then again and again, and whenever a person asks
 * for it. Gives a function that ends it and resolves when what is under way has ended.
 */
export async function startSurveys(
  configuration: SurveySettings,
  services: SurveyServices,
): Promise<() => Promise<void>> {
  const surveys = surveysOf(configuration, services);
  const { ledger, log } = services;
  const endings = surveys.map((survey) =>
    startRounds(
      (signal) => survey.round(signal),
      { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'comparing with Intelligems' },
      log,
    ),
  );
  // A database may be compared by the command itself, beside the receivers.
  if (configuration.storage.databaseUrl === null) {
    const refusal = refusalOf(configuration);
    const answer = async (signal: AbortSignal): Promise<SurveyAnswer> =>
      refusal === null ? { results: await wholeOf(surveys, signal) } : { refusal };
    endings.push(answerQuestions(answer, ledger, log));
  }
  return async () => {
    await Promise.all(endings.map((end) => end()));
  };
}

function refusalOf({ sources, reconcile }: SurveySettings): string | null {
  if (sources.every(({ accessToken }) => accessToken === null)) {
    return 'The running receiver has no access token to ask Intelligems with. Start it again with INTELLIGEMS_ACCESS_TOKEN, then run this again.';
  }
  return reconcile.mode === 'off'
    ? 'The running receiver does not look: it has RECONCILE=off. Start it again with RECONCILE=list or deliver, then run this again.'
    : null;
}

async function wholeOf(surveys: readonly Survey[], signal: AbortSignal): Promise<SurveyResult[]> {
  const results: SurveyResult[] = [];
  for (const survey of surveys) {
    results.push(await survey.whole(signal));
  }
  return results;
}

function answerQuestions(
  answer: (signal: AbortSignal) => Promise<SurveyAnswer>,
  ledger: Ledger,
  log: Logger,
): () => Promise<void> {
  return startRounds(
    async (signal) => {
      const asked = Number((await ledger.recall(RECONCILIATION, ASKED)) ?? 0);
      if (asked > 0 && asked !== (await answered(ledger))?.asked) {
        await ledger.remember(RECONCILIATION, { [TAKEN]: String(asked) });
        const kept: KeptAnswer = { asked, ...(await answer(signal)) };
        await ledger.remember(RECONCILIATION, { [ANSWER]: JSON.stringify(kept) });
      }
      return ASKED_EVERY_MS;
    },
    { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'comparing with Intelligems' },
    log,
  );
}

async function answered(ledger: Pick<Ledger, 'recall'>): Promise<KeptAnswer | null> {
  const fact = await ledger.recall(RECONCILIATION, ANSWER);
  return fact === null ? null : JSON.parse(fact);
}

/**
 * Asks the receiver that runs on this ledger for a pass, and waits for its answer. Rejects, with a sentence for
 * people, where the receiver does not take the question up, or takes too long.
 *
 * @param asked when it is asked for, milliseconds since 1970
 */
export async function askForSurvey(
  ledger: Pick<Ledger, 'recall' | 'remember'>,
  asked: number,
): Promise<SurveyAnswer> {
  await ledger.remember(RECONCILIATION, { [ASKED]: String(asked) });
  for (let waitedMs = 0; waitedMs < ANSWERED_WITHIN_MS; waitedMs += LOOK_MS) {
    const answer = await answered(ledger);
    if (answer?.asked === asked) {
      return answer;
    }
    const taken = (await ledger.recall(RECONCILIATION, TAKEN)) === String(asked);
    if (!taken && waitedMs >= TAKEN_WITHIN_MS) {
      throw new Error(
        'The running receiver does not take it up. It may be at an earlier comparison, or only accept (RECEIVER_ROLE): its log says what it does. Run this again later, or after a restart.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error('The running receiver is still comparing. Its log says what it does and what it finds.');
}
