import type { Action } from '../../shared/events.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { completeDeliveries } from '../delivery/completion.ts';
import { lacksChanges, rememberChanges } from '../delivery/logged-changes.ts';
import { loggedChanges } from '../experience/change-log.ts';
import { checkTokens } from './check.ts';
import type { Clients } from './clients.ts';
import { failureOutcome, LEASE_LOST } from './failure-outcome.ts';
import { eventAge } from './vendor-clock.ts';
import { changeOf, needsChangeLog, whoCaused } from './who-caused.ts';

/** The name of the queue of starts, pauses and the like whose author is not known yet. */
export const WHO = 'intelligems-who';

/**
 * The same for creations and updates, for which Intelligems often never knows it: within a queue, an event waits
 * for the earlier ones of its experience, and who started it is not to wait for who created it.
 */
export const WHO_CHANGED = 'intelligems-who-changed';

/** The queue in which an event's author is asked for. */
export function whoDestination(action: Action): string {
  return needsChangeLog(action) ? WHO_CHANGED : WHO;
}

/** Factor by which the wait grows from one look to the next. */
const PATIENCE_FACTOR = 3;
/** The vendor resolves it within minutes, and never where no person did it. */
const LOOKS = 4;

export interface WhoServices {
  ledger: Pick<Ledger, 'nameTrigger' | 'deliveries' | 'sendAgain' | 'remember'>;
  clients: ReadonlyMap<string, Clients>;
  /** The names of the destinations that can complete what they sent. */
  completing: ReadonlySet<string>;
  now(): number;
}

/**
 * Finds out who caused an event, in the form of a destination: so that the ledger keeps what is still to be
 * asked, tries again, and slows down when Intelligems asks for it.
 */
export class WhoDestination implements Destination {
  readonly #afterMs: number;
  readonly #services: WhoServices;

  /** @param afterMs how long after an event the first look comes, milliseconds */
  constructor(afterMs: number, services: WhoServices) {
    this.#afterMs = afterMs;
    this.#services = services;
  }

  async send(message: Message, { signal }: Attempt): Promise<Outcome> {
    if (message.kind !== 'experience') {
      return { type: 'done', note: 'A report has no author.' };
    }
    const { event, key, receivedAt, source } = message;
    const { ledger, clients, completing, now } = this.#services;
    const client = clients.get(source);
    if (client === undefined) {
      return { type: 'done', note: `The source ${source} has no access token any more.` };
    }
    if (message.triggeredBy === null) {
      const options = { includeChangeLog: needsChangeLog(event.action) };
      const found = await client.quick.experience(event.experience.id, options, signal);
      if (!found.ok) {
        return failureOutcome(found.failure);
      }
      if (signal.aborted) {
        return LEASE_LOST;
      }
      const isNews = await this.#rememberChanges(message, found.value);
      const email = whoCaused(event, found.value);
      if (email === null) {
        if (isNews) {
          await completeDeliveries(ledger, key, completing, now());
        }
        const { timestamp } = event;
        return this.#later(eventAge({ timestamp, receivedAt }, client.clock, now()));
      }
      await ledger.nameTrigger(key, email);
    }
    await completeDeliveries(ledger, key, completing, now());
    return { type: 'done', note: 'Intelligems knows who caused it.' };
  }

  check(): Promise<Check[]> {
    return checkTokens(this.#services.clients);
  }

  async close(): Promise<void> {}

  /** Keeps what the change log says about an update, if nothing else does. Gives whether it says something. */
  async #rememberChanges(message: ExperienceMessage, experience: ApiExperience): Promise<boolean> {
    const change = lacksChanges(message) ? changeOf(message.event, experience) : null;
    const changes = change === null ? [] : loggedChanges(change);
    if (changes.length > 0) {
      await rememberChanges(this.#services.ledger, message.key, changes);
    }
    return changes.length > 0;
  }

  /** @param age how long the event is known, milliseconds */
  #later(age: number): Outcome {
    for (let look = 1, at = this.#afterMs; look < LOOKS; look += 1) {
      at *= PATIENCE_FACTOR;
      if (at > age) {
        const reason = 'Intelligems does not know yet who caused it.';
        return { type: 'retry', reason, waiting: true, delayMs: at - age };
      }
    }
    return { type: 'done', note: 'Intelligems does not know who caused it.' };
  }
}
