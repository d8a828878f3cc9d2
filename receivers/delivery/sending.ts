import type { Logger } from 'pino';
import type { ClaimedDelivery } from '../contract/delivery.ts';
import type { Attempt, Destination } from '../contract/destination.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { Results } from '../contract/experience.ts';
import type { ExperienceHealth } from '../contract/health.ts';
import { type Ledger, StorageError } from '../contract/ledger.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { storageDelay } from './backoff.ts';
import { isCompletion } from './completion.ts';
import { Histories } from './histories.ts';
import { InARow } from './in-a-row.ts';
import { withLoggedChanges } from './logged-changes.ts';
import {
  experienceMessage,
  isReport,
  type LinkSettings,
  reportMessage,
  withRolledOutName,
} from './message.ts';
import { type CarriedOut, withRequesters } from './requested-by.ts';
import { reportedBefore } from './same-action.ts';

export interface SendingSettings {
  /** An attempt that takes longer ends, milliseconds; a destination may have a limit of its own. */
  timeoutMs: number;
  links: LinkSettings;
  /** Whether to leave out updates that change nothing people care about. */
  dropBookkeeping: boolean;
}

export interface SendingServices {
  ledger: Pick<Ledger, 'historyEntries' | 'eventsOf' | 'recall' | 'deliveries' | 'experiences'>;
  /** The results of an experience, if they are known. */
  resultsOf(source: string, experienceId: string): Promise<Results | null>;
  /** What monitoring reported about an experience, if it was checked. */
  healthOf(source: string, experienceId: string): Promise<ExperienceHealth | null>;
  /** What the receiver did to an experience on request. */
  requestsOf(source: string, experienceId: string): Promise<readonly CarriedOut[]>;
  destinations: ReadonlyMap<string, { destination: Destination }>;
  log: Logger;
  now(): number;
}

/** Makes one attempt: puts the message together and sends it. Every failure becomes an outcome. */
export class Sending {
  readonly #settings: SendingSettings;
  readonly #services: SendingServices;
  readonly #histories: Histories;
  readonly #storageFailures = new InARow();

  constructor(settings: SendingSettings, services: SendingServices) {
    this.#settings = settings;
    this.#services = services;
    this.#histories = new Histories(services.ledger);
  }

  /** @param lost aborts if another process takes over the delivery: nothing may be sent then */
  async outcomeOf(delivery: ClaimedDelivery, lost?: AbortSignal): Promise<Outcome> {
    const destination = this.#services.destinations.get(delivery.destination)?.destination;
    if (destination === undefined) {
      return {
        type: 'dead',
        reason: `The destination ${delivery.destination} is no longer in the settings. Add it again and replay, or dismiss this.`,
      };
    }
    const progress = { begun: false };
    try {
      const outcome = await this.#send(delivery, destination, progress, lost);
      this.#storageFailures.end(String(delivery.id));
      return outcome;
    } catch (error) {
      return this.#failed(delivery, error as Error, progress.begun);
    }
  }

  async #send(
    delivery: ClaimedDelivery,
    destination: Destination,
    progress: { begun: boolean },
    lost?: AbortSignal,
  ): Promise<Outcome> {
    const history = await this.#histories.of(delivery.event);
    const earlier = reportedBefore(delivery, history);
    if (earlier !== null && (await this.#wentTo(delivery.destination, earlier))) {
      const note = `Not sent again: the event ${earlier.key} already reported this action.`;
      return { type: 'done', note };
    }
    const message = await this.#messageOf(delivery, history);
    const completes = isCompletion(delivery);
    if (!completes && this.#settings.dropBookkeeping && changesNothing(message)) {
      return { type: 'done', note: 'Not sent: nothing changed that people care about.' };
    }
    if (lost?.aborted) {
      return { type: 'retry', reason: 'Another process took over this delivery.', ownFault: true };
    }
    const limitMs = destination.attemptTimeoutMs ?? this.#settings.timeoutMs;
    const attempt = this.#attemptOf(delivery, limitMs, lost);
    progress.begun = true;
    const outcome = completes ? complete(destination, message, attempt) : destination.send(message, attempt);
    return endedInTime(outcome, limitMs);
  }

  #failed(delivery: ClaimedDelivery, error: Error, uncertain: boolean): Outcome {
    if (error instanceof StorageError) {
      const reason = `This receiver's own storage failed: ${error.message}`;
      const delayMs = storageDelay(this.#storageFailures.add(String(delivery.id)));
      return { type: 'retry', reason, uncertain, ownFault: true, delayMs };
    }
    const { eventKey, destination } = delivery;
    this.#services.log.error({ event: eventKey, destination, err: error }, 'a bug made an attempt fail');
    const reason = `A bug in the receiver made the attempt fail: ${error.message}. The log has the details.`;
    return { type: 'retry', reason, uncertain };
  }

  /** An event that was recovered only to be listed was not sent: its late webhook is. */
  async #wentTo(destination: string, { key }: StoredEvent): Promise<boolean> {
    return (await this.#services.ledger.deliveries(key)).some((each) => each.destination === destination);
  }

  async #messageOf(delivery: ClaimedDelivery, history: readonly StoredEvent[]): Promise<Message> {
    if (isReport(delivery)) {
      return reportMessage(delivery);
    }
    const { source, experienceId } = delivery.event;
    const hasEnded = history.some(({ action }) => action === 'endExperience');
    const results =
      experienceId === null || !hasEnded ? null : await this.#services.resultsOf(source, experienceId);
    const message = experienceMessage(delivery, history, this.#settings.links, this.#services.now());
    const { ledger } = this.#services;
    const health = await this.#healthOf(message);
    const requests = await this.#services.requestsOf(message.source, message.event.experience.id);
    const whole = withRequesters({ ...message, results, health }, requests);
    return withLoggedChanges(await withRolledOutName(whole, ledger), delivery.eventKey, ledger);
  }

  /** What was an alarm while it ran is none once it is paused or over. */
  async #healthOf({ source, event, state }: ExperienceMessage): Promise<ExperienceHealth | null> {
    const health = await this.#services.healthOf(source, event.experience.id);
    return health === null || state.status === 'started' ? health : { ...health, alarms: [] };
  }

  #attemptOf(delivery: ClaimedDelivery, limitMs: number, lost?: AbortSignal): Attempt {
    const late = AbortSignal.timeout(limitMs);
    return {
      number: delivery.attempt,
      eventKey: delivery.eventKey,
      route: delivery.route,
      createdAt: delivery.createdAt,
      uncertain: delivery.uncertain,
      signal: lost === undefined ? late : AbortSignal.any([late, lost]),
      recall: (key) => this.#services.ledger.recall(delivery.destination, key),
    };
  }
}

/** A destination that does not end when its signal aborts keeps its slot for the same time again at most. */
async function endedInTime(outcome: Promise<Outcome>, limitMs: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Outcome>((resolve) => {
    const reason = 'The attempt did not end in time.';
    timer = setTimeout(() => resolve({ type: 'retry', reason, uncertain: true }), 2 * limitMs);
  });
  try {
    return await Promise.race([outcome, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

async function complete(destination: Destination, message: Message, attempt: Attempt): Promise<Outcome> {
  return message.kind !== 'experience' || destination.complete === undefined
    ? { type: 'done', note: 'The messages of this destination cannot be changed.' }
    : destination.complete(message, attempt);
}

function changesNothing(message: Message): boolean {
  return (
    message.kind === 'experience' &&
    message.event.action === 'updateExperience' &&
    message.previous !== null &&
    message.changes.every(({ bookkeeping }) => bookkeeping)
  );
}
