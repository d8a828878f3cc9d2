import type { Logger } from 'pino';
import type { ClaimedDelivery, Settlement } from '../contract/delivery.ts';
import type { Attempt, Destination } from '../contract/destination.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { Results } from '../contract/experience.ts';
import { type Ledger, StorageError } from '../contract/ledger.ts';
import type { Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { type RetryPolicy, retryDelay, storageDelay } from './backoff.ts';
import { isCompletion } from './completion.ts';
import { experienceMessage, isReport, type LinkSettings, reportMessage } from './message.ts';
import { toldAlready } from './told-already.ts';

/** How many events of an experience a message is told about. */
const HISTORY_LIMIT = 50;

/** Whatever the other side asks for, it is tried again after so long, milliseconds. */
const LONGEST_DELAY_MS = 24 * 3_600_000;

/** A rate limit that names no time is waited out for this long, milliseconds. */
const RATE_LIMIT_DELAY_MS = 30_000;

export interface AttemptSettings {
  retry: RetryPolicy;
  /** An attempt that takes longer ends, milliseconds; a destination may have a limit of its own. */
  timeoutMs: number;
  links: LinkSettings;
  /** Whether updates that change nothing a person cares about are left out. */
  dropBookkeeping: boolean;
}

export interface AttemptServices {
  ledger: Pick<Ledger, 'attempts' | 'history' | 'recall' | 'deliveries'>;
  /** What came of an experience, where it is known. */
  resultsOf(source: string, experienceId: string): Promise<Results | null>;
  destinations: ReadonlyMap<string, { destination: Destination }>;
  log: Logger;
  now(): number;
  random(): number;
  /** Told of each outcome, for the metrics. */
  observe(destination: string, settlement: Settlement): void;
}

/**
 * Makes the attempts of the delivery queue: puts the message together, sends it, and decides what its
 * outcome means for the delivery.
 */
export function createAttempt(
  settings: AttemptSettings,
  services: AttemptServices,
): (delivery: ClaimedDelivery, lost?: AbortSignal) => Promise<Settlement> {
  const { log, now } = services;

  return async (delivery, lost) => {
    const startedAt = now();
    const outcome = bounded(await outcomeOf(delivery, lost));
    const settlement = await settle(delivery, outcome, startedAt);
    services.observe(delivery.destination, settlement);
    describe(delivery, settlement);
    return settlement;
  };

  async function outcomeOf(delivery: ClaimedDelivery, lost?: AbortSignal): Promise<Outcome> {
    const destination = services.destinations.get(delivery.destination)?.destination;
    if (destination === undefined) {
      return {
        type: 'dead',
        reason: `There is no destination ${delivery.destination} any more. Add it to the settings again and replay, or dismiss this.`,
      };
    }
    let begun = false;
    try {
      const history = await historyOf(delivery);
      const earlier = toldAlready(delivery, history);
      if (earlier !== null && (await wentTo(delivery.destination, earlier))) {
        return {
          type: 'done',
          note: `The same action was told already, by the event ${earlier.key}: not sent again.`,
        };
      }
      const message = await messageOf(delivery, history);
      if (isCompletion(delivery)) {
        begun = true;
        return await inTime(
          complete(destination, message, attemptOf(delivery, destination, lost)),
          destination,
        );
      }
      if (settings.dropBookkeeping && changesNothing(message)) {
        return { type: 'done', note: 'Nothing changed that a person cares about: not sent.' };
      }
      begun = true;
      return await inTime(destination.send(message, attemptOf(delivery, destination, lost)), destination);
    } catch (error) {
      if (error instanceof StorageError) {
        const reason = `This receiver's own storage failed: ${error.message}`;
        const delayMs = storageDelay(now() - delivery.createdAt);
        return { type: 'retry', reason, uncertain: begun, ownFault: true, delayMs };
      }
      log.error(
        { event: delivery.eventKey, destination: delivery.destination, err: error },
        'delivery broke',
      );
      const reason = `The delivery broke: ${(error as Error).message}. The log has the details.`;
      return { type: 'retry', reason, uncertain: begun };
    }
  }

  /** A destination that goes on after it was told to end keeps its place only for as long again. */
  async function inTime(outcome: Outcome | Promise<Outcome>, destination: Destination): Promise<Outcome> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<Outcome>((resolve) => {
      const reason = 'The attempt did not end when its time was up.';
      timer = setTimeout(
        () => resolve({ type: 'retry', reason, uncertain: true }),
        2 * timeLimit(destination),
      );
    });
    try {
      return await Promise.race([outcome, overdue]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** An event that was recovered only to be listed went nowhere: a late webhook of it is told. */
  async function wentTo(destination: string, { key }: StoredEvent): Promise<boolean> {
    return (await services.ledger.deliveries(key)).some((each) => each.destination === destination);
  }

  async function historyOf({ event }: ClaimedDelivery): Promise<StoredEvent[]> {
    return event.experienceId === null
      ? []
      : services.ledger.history(event.source, event.experienceId, HISTORY_LIMIT);
  }

  async function messageOf(delivery: ClaimedDelivery, history: readonly StoredEvent[]): Promise<Message> {
    if (isReport(delivery)) {
      return reportMessage(delivery);
    }
    const { source, experienceId } = delivery.event;
    const hasEnded = history.some(({ action }) => action === 'endExperience');
    const results =
      experienceId === null || !hasEnded ? null : await services.resultsOf(source, experienceId);
    return { ...experienceMessage(delivery, history, settings.links, now()), results };
  }

  function timeLimit({ attemptTimeoutMs }: Destination): number {
    return attemptTimeoutMs ?? settings.timeoutMs;
  }

  function attemptOf(delivery: ClaimedDelivery, destination: Destination, lost?: AbortSignal): Attempt {
    const late = AbortSignal.timeout(timeLimit(destination));
    return {
      number: delivery.attempt,
      eventKey: delivery.eventKey,
      route: delivery.route,
      createdAt: delivery.createdAt,
      uncertain: delivery.uncertain,
      signal: lost === undefined ? late : AbortSignal.any([late, lost]),
      recall: (key) => services.ledger.recall(delivery.destination, key),
    };
  }

  async function settle(delivery: ClaimedDelivery, outcome: Outcome, startedAt: number): Promise<Settlement> {
    const finishedAt = now();
    const times = { startedAt, finishedAt, outcome };
    if (outcome.type === 'done') {
      return { ...times, state: 'done' };
    }
    if (outcome.type === 'dead') {
      return { ...times, state: 'dead', reason: outcome.reason, uncertain: delivery.uncertain };
    }
    const uncertain = outcome.uncertain === true || delivery.uncertain;
    if (outcome.rateLimited || outcome.waiting) {
      const dueAt = finishedAt + (outcome.delayMs ?? RATE_LIMIT_DELAY_MS);
      return { ...times, state: 'ready', dueAt, attemptCounts: false, uncertain };
    }
    const { retry } = settings;
    const attemptCounts = !delivery.probe && !outcome.ownFault && !outcome.progressed;
    const spent = attemptCounts && delivery.attempt >= retry.maxAttempts;
    if (spent || (await isTooOld(delivery, startedAt, finishedAt))) {
      const tries = delivery.attempt === 1 ? 'one attempt' : `${delivery.attempt} attempts`;
      return { ...times, state: 'dead', reason: `Given up after ${tries}. ${outcome.reason}`, uncertain };
    }
    const backoff = outcome.ownFault ? 0 : retryDelay(delivery.attempt, retry, services.random());
    const delay = outcome.progressed ? (outcome.delayMs ?? backoff) : Math.max(backoff, outcome.delayMs ?? 0);
    return { ...times, state: 'ready', dueAt: finishedAt + delay, attemptCounts, uncertain };
  }

  /**
   * Whether it has been tried for too long: quiet hours, earlier deliveries with its ordering key, a pause of its destination and the
   * time that it lay as a dead letter do not count. What the ledger cannot tell now gets another attempt.
   */
  async function isTooOld(delivery: ClaimedDelivery, startedAt: number, now: number): Promise<boolean> {
    const limit = settings.retry.giveUpAfterMs;
    if (now - delivery.createdAt < limit) {
      return false;
    }
    try {
      const made = await services.ledger.attempts(delivery.id);
      const first = made[made.findLastIndex(({ outcome }) => outcome === 'dead') + 1];
      return now - (first?.startedAt ?? startedAt) >= limit;
    } catch (error) {
      log.warn({ event: delivery.eventKey, err: error }, 'the attempts made so far could not be read');
      return false;
    }
  }

  function describe(delivery: ClaimedDelivery, settlement: Settlement): void {
    const { eventKey, destination, attempt } = delivery;
    const { outcome } = settlement;
    const fields = {
      event: eventKey,
      destination,
      attempt,
      ms: settlement.finishedAt - settlement.startedAt,
    };
    if (settlement.state === 'done') {
      const note = outcome.type === 'done' ? outcome.note : undefined;
      log.info(note === undefined ? fields : { ...fields, note }, 'delivered');
    } else if (settlement.state === 'dead') {
      log.error({ ...fields, reason: settlement.reason }, 'dead letter');
    } else {
      const again = new Date(settlement.dueAt).toISOString();
      const reason = outcome.type === 'done' ? undefined : outcome.reason;
      const waiting = outcome.type === 'retry' && outcome.waiting === true;
      log[waiting ? 'debug' : 'warn']({ ...fields, reason, again }, 'will try again');
    }
  }
}

/** What another side asks for is any number, and the ledger's times are whole. */
function bounded(outcome: Outcome): Outcome {
  if (outcome.type !== 'retry' || outcome.delayMs === undefined) {
    return outcome;
  }
  const delayMs = Math.min(Math.max(Math.ceil(outcome.delayMs), 0), LONGEST_DELAY_MS);
  return { ...outcome, delayMs: Number.isNaN(delayMs) ? undefined : delayMs };
}

function complete(destination: Destination, message: Message, attempt: Attempt): Outcome | Promise<Outcome> {
  if (message.kind !== 'experience' || destination.complete === undefined) {
    return { type: 'done', note: 'What was sent cannot be changed there.' };
  }
  return destination.complete(message, attempt);
}

function changesNothing(message: Message): boolean {
  return (
    message.kind === 'experience' &&
    message.event.action === 'updateExperience' &&
    message.previous !== null &&
    message.changes.every(({ bookkeeping }) => bookkeeping)
  );
}
