import type { Configuration } from '../config/configuration.ts';
import type { DestinationDescription, Preview } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord, EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import type { Plan } from '../contract/plan.ts';
import { newEvent } from '../inbound/new-event.ts';
import {
  causeOf,
  type DeadLetter,
  type DeadLetterGroup,
  type DeadLetterSelection,
  groupDeadLetters,
  selectedDeadLetters,
} from './dead-letters.ts';
import { describedByName } from './described-destinations.ts';
import { type DestinationReport, destinationReport } from './destination-report.ts';
import { previewTargets, storedMessage } from './preview.ts';
import { type EventStory, type ExportedStory, eventRecord, exportedStory } from './records.ts';
import { carryOut, type ReplayStep, replayStep } from './replay.ts';
import { testBody } from './test-event.ts';

/**
 * What the console and the command line do with a ledger. It is the same whether the ledger is opened here
 * ({@link openOperations}) or at the other end of a receiver's API (remote.ts).
 */
export interface Operations {
  events(filter: EventFilter): Promise<EventSummary[]>;
  /** One event, its deliveries and all attempts; null for an unknown key. */
  event(key: string): Promise<EventStory | null>;
  /** What a replay would do, without doing it; null for an unknown event. */
  planReplay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null>;
  /** Replays, and tells what was done; null for an unknown event. */
  replay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null>;
  deadLetters(selection: DeadLetterSelection): Promise<DeadLetters>;
  /** Makes dead letters ready again; gives how many. */
  replayDeadLetters(selection: DeadLetterSelection): Promise<number>;
  /** Sets dead letters aside for good; gives how many. */
  dismissDeadLetters(selection: DeadLetterSelection): Promise<number>;
  /** Events after the one of a sequence, oldest first. */
  exportPage(afterSequence: number, limit: number): Promise<ExportedStory[]>;
  /** How an event looks at a destination; null where the event or the destination is unknown, or cannot be shown. */
  preview(key: string, destination: string): Promise<Preview | null>;
  destinations(): Promise<DestinationReport[]>;
  /** Accepts a test event for one destination, or for all that the routes name; gives its key. */
  sendTest(source: string, destination: string | null): Promise<string>;
  /** Ends a destination's pause. */
  resume(destination: string): Promise<void>;
}

/** Dead letters by cause. */
export interface DeadLetters {
  groups: DeadLetterGroup[];
  /** How many were counted; `more` where there are further ones. */
  counted: number;
  more: boolean;
}

export interface OperationServices {
  configuration: Pick<Configuration, 'destinations' | 'intelligems' | 'server'>;
  /** All that take deliveries, in the order in which people see them. */
  destinations: readonly DestinationDescription[];
  ledger: Ledger;
  plan: Plan;
  now(): number;
}

/** So many dead letters are grouped at most, and so many of a group are listed. */
const GROUPED = 5_000;
const LISTED = 20;

/** Opens the operations over a ledger of this process. */
export function openOperations(services: OperationServices): Operations {
  const { configuration, ledger, now } = services;
  const described = (name: string): DestinationDescription => describedByName(name, services.destinations);

  async function storyOf(key: string): Promise<EventStory | null> {
    const event = await ledger.event(key);
    if (event === null) {
      return null;
    }
    const deliveries = await ledger.deliveries(key);
    const attempts = await Promise.all(deliveries.map(({ id }) => ledger.attempts(id)));
    return {
      event: eventRecord(event),
      deliveries: deliveries.map((delivery, index) => ({
        ...delivery,
        attemptRecords: attempts[index] as (typeof attempts)[number],
      })),
    };
  }

  async function planReplay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null> {
    if ((await ledger.event(key)) === null) {
      return null;
    }
    const deliveries = await ledger.deliveries(key);
    return destinations.map((destination) =>
      replayStep(destination, deliveries, repeatWords(described(destination))),
    );
  }

  async function withEvent(letter: DeliveryRecord): Promise<DeadLetter> {
    const event = await ledger.event(letter.eventKey);
    return {
      ...letter,
      action: event?.action ?? null,
      experienceName: event?.experienceName ?? null,
    };
  }

  return {
    events: (filter) => ledger.events(filter),
    event: storyOf,
    planReplay,

    async replay(key, destinations) {
      const steps = await planReplay(key, destinations);
      if (steps !== null) {
        await carryOut(ledger, key, steps, now());
      }
      return steps;
    },

    async deadLetters(selection) {
      const letters: DeliveryRecord[] = [];
      let more = false;
      for await (const page of selectedDeadLetters(ledger, selection)) {
        letters.push(...page);
        if (letters.length >= GROUPED) {
          more = true;
          break;
        }
      }
      const groups = await Promise.all(
        groupDeadLetters(letters).map(async (group) => {
          const own = letters.filter(
            (letter) => letter.destination === group.destination && causeOf(letter) === group.cause,
          );
          return { ...group, letters: await Promise.all(own.slice(-LISTED).reverse().map(withEvent)) };
        }),
      );
      return { groups, counted: letters.length, more };
    },

    async replayDeadLetters(selection) {
      let revived = 0;
      for await (const page of selectedDeadLetters(ledger, selection)) {
        revived += await ledger.reviveDeadLetters(page.map(({ id }) => id));
      }
      return revived;
    },

    async dismissDeadLetters(selection) {
      let dismissed = 0;
      for await (const page of selectedDeadLetters(ledger, selection)) {
        dismissed += await ledger.dismissDeadLetters(page.map(({ id }) => id));
      }
      return dismissed;
    },

    async exportPage(afterSequence, limit) {
      return (await ledger.exportPage(afterSequence, limit)).map(exportedStory);
    },

    async preview(key, destination) {
      const event = await ledger.event(key);
      const target = previewTargets(configuration).find(({ name }) => name === destination);
      const message =
        event === null ? null : await storedMessage(event, destination, ledger, configuration, now());
      return message === null ? null : (target?.render(message) ?? null);
    },

    async destinations() {
      const [health, depths] = await Promise.all([ledger.health(), ledger.depths()]);
      const known = [
        ...services.destinations.map(({ name }) => name),
        ...depths.map(({ destination }) => destination),
      ];
      return [...new Set(known)].map((name) =>
        destinationReport(
          described(name),
          health.find(({ destination }) => destination === name),
          depths.find(({ destination }) => destination === name),
          now(),
        ),
      );
    },

    async sendTest(source, destination) {
      const receivedAt = now();
      const body = testBody(receivedAt);
      const plan: Plan =
        destination === null
          ? services.plan
          : () => [{ destination, route: 'test', dueAt: receivedAt, quietMs: null }];
      const event = newEvent({ body, headers: {}, source, origin: 'test', receivedAt }, plan);
      return (await ledger.accept(event)).key;
    },

    resume: (destination) => ledger.resume(destination),
  };
}

/** What sending again does if an earlier attempt arrived after all, as a sentence; null if nothing is sent. */
export function repeatWords({ repeated }: Pick<DestinationDescription, 'repeated'>): string | null {
  return repeated === null ? null : `If an earlier attempt arrived after all, ${repeated}`;
}
