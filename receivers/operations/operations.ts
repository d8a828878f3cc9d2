import type { Configuration } from '../config/configuration.ts';
import type { Preview } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord, EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import type { Plan } from '../contract/plan.ts';
import { newEvent } from '../inbound/new-event.ts';
import { RESULTS } from '../intelligems/results.ts';
import { WHO, WHO_CHANGED } from '../intelligems/who.ts';
import { ZAPS } from '../zapier/fan-out.ts';
import { ZAPIER } from '../zapier/subscriptions.ts';
import {
  causeOf,
  type DeadLetter,
  type DeadLetterGroup,
  type DeadLetterSelection,
  groupDeadLetters,
  selectedDeadLetters,
} from './dead-letters.ts';
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
  /** The names of all that have a queue, in the order in which people see them. */
  destinationNames: readonly string[];
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
      replayStep(destination, deliveries, repeatWords(destination, configuration)),
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
        revived += await ledger.reviveDeadLetters(
          page.map(({ id }) => id),
          now(),
        );
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
      const known = [...services.destinationNames, ...depths.map(({ destination }) => destination)];
      return [...new Set(known)].map((name) =>
        destinationReport(
          { name, title: destinationTitle(name, configuration) },
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

/** What people call those that no settings name. */
const OWN_TITLES: Readonly<Record<string, string>> = {
  [ZAPIER]: 'Zapier',
  [ZAPS]: 'Zapier: each Zap',
  [WHO]: 'Intelligems: who did it',
  [WHO_CHANGED]: 'Intelligems: who changed it',
  [RESULTS]: 'Intelligems: results',
};

/** As the kinds of destinations say it of themselves. */
const OWN_REPEATS: Readonly<Record<string, string>> = {
  [ZAPIER]: 'no Zap gets it a second time.',
  [ZAPS]: 'the Zapier app knows it for 90 days, in which the Zap does not run again.',
};

/** What sending once more does where an earlier attempt arrived after all, in a sentence; null where nothing is sent. */
export function repeatWords(
  name: string,
  { destinations }: Pick<Configuration, 'destinations'>,
): string | null {
  const known = destinations.find((destination) => destination.name === name);
  const words = known === undefined ? OWN_REPEATS[name] : known.kind.repeated(known.settings);
  return words === undefined ? null : `If an earlier attempt arrived after all, ${words}`;
}

/** Whether a destination is the receiver's own errand, to which nobody sends anything. */
export function isErrand(name: string): boolean {
  return [ZAPS, WHO, WHO_CHANGED, RESULTS].includes(name);
}

/** What people call a destination: its kind's title, with its name where that says more. */
export function destinationTitle(
  name: string,
  { destinations }: Pick<Configuration, 'destinations'>,
): string {
  const kind = destinations.find((destination) => destination.name === name)?.kind;
  if (kind === undefined) {
    return OWN_TITLES[name] ?? name;
  }
  return kind.kind === name ? kind.title : `${kind.title} (${name})`;
}
