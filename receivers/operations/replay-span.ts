import type { DestinationDescription } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import { describedByName, repeatWords } from './described-destinations.ts';
import { OperationFault, requireKnown } from './fault.ts';
import { carryOut, replayStep } from './replay.ts';
import type { OperationServices } from './services.ts';
import { count } from './words.ts';

/** Which events to send again: those received from `from` until before `to` (ms since 1970). The others narrow. */
export interface ReplaySpan extends Pick<EventFilter, 'search' | 'action' | 'experienceId' | 'source'> {
  from: number;
  to: number;
}

/** What sending the events of a span again does at one destination: how many events of each fate. */
export interface SpanStep {
  destination: string;
  /** What people call the destination. */
  title: string;
  /** Never sent there: sent now. */
  first: number;
  /** Sent once more, as something new. */
  again: number;
  /** The dead letter is tried again. */
  revive: number;
  /** Already on its way. */
  nothing: number;
  /** The same in sentences. */
  words: string;
}

export interface SpanPlan {
  /** How many events there are. Tests, reports and unrecognized events are left out. */
  events: number;
  /** There are more, so nothing can be sent: choose a shorter span. */
  more: boolean;
  /** When the first and the last of them were received, ms since 1970; null without events. */
  firstAt: number | null;
  lastAt: number | null;
  steps: SpanStep[];
}

/** Events that can be sent again in one go. */
export const MOST_EVENTS = 1_000;

/** Events read in one step. */
const PAGE = 200;

type SpanServices = Pick<OperationServices, 'ledger' | 'destinations' | 'now'>;

export function replaySpanOperations({ ledger, destinations: described, now }: SpanServices) {
  const addressable = described.filter(({ internal }) => !internal).map(({ name }) => name);

  async function chosen(span: ReplaySpan, destinations: readonly string[]): Promise<EventSummary[]> {
    for (const name of destinations) {
      requireKnown('destination', name, addressable);
    }
    if (span.from >= span.to) {
      throw new OperationFault('The span ends before it begins. Choose an end that is later than the start.');
    }
    return await eventsOf(ledger, span);
  }

  return {
    async planSpanReplay(span: ReplaySpan, destinations: readonly string[]): Promise<SpanPlan> {
      const events = await chosen(span, destinations);
      const steps = new Set(destinations);
      return {
        events: Math.min(events.length, MOST_EVENTS),
        more: events.length > MOST_EVENTS,
        firstAt: events[0]?.receivedAt ?? null,
        lastAt: events.at(-1)?.receivedAt ?? null,
        steps: events.length > MOST_EVENTS ? [] : await planned(ledger, events, [...steps], described),
      };
    },

    async replaySpan(span: ReplaySpan, destinations: readonly string[]): Promise<number> {
      const events = await chosen(span, destinations);
      if (events.length > MOST_EVENTS) {
        throw new OperationFault(
          `These are more than ${count(MOST_EVENTS, 'event')}. Nothing was sent. Choose a shorter span.`,
        );
      }
      let sent = 0;
      for (const { key } of events) {
        const deliveries = await ledger.deliveries(key);
        const steps = [...new Set(destinations)].map((name) => replayStep(name, deliveries, null));
        await carryOut(ledger, key, steps, now());
        sent += steps.filter(({ does }) => does !== 'nothing').length;
      }
      return sent;
    },
  };
}

/** The events of a span, oldest first: at most one more than can be sent. */
async function eventsOf(
  ledger: Pick<Ledger, 'events'>,
  { from, to, ...narrowed }: ReplaySpan,
): Promise<EventSummary[]> {
  const found: EventSummary[] = [];
  const filter = { ...narrowed, receivedFrom: from, receivedTo: to, problem: false };
  let beforeSequence: number | undefined;
  for (;;) {
    const page = await ledger.events({
      ...filter,
      limit: PAGE,
      ...(beforeSequence !== undefined && { beforeSequence }),
    });
    found.push(...page.filter(({ origin }) => origin === 'webhook' || origin === 'recovered'));
    beforeSequence = page.at(-1)?.sequence;
    if (page.length < PAGE || found.length > MOST_EVENTS) {
      return found.slice(0, MOST_EVENTS + 1).reverse();
    }
  }
}

async function planned(
  ledger: Pick<Ledger, 'deliveries'>,
  events: readonly EventSummary[],
  destinations: readonly string[],
  described: readonly DestinationDescription[],
): Promise<SpanStep[]> {
  const steps = destinations.map((destination) => ({
    destination,
    title: describedByName(destination, described).title,
    first: 0,
    again: 0,
    revive: 0,
    nothing: 0,
  }));
  for (const { key } of events) {
    const deliveries = await ledger.deliveries(key);
    for (const step of steps) {
      const { does, deliveryId } = replayStep(step.destination, deliveries, null);
      step[does === 'send' ? (deliveryId === null ? 'first' : 'again') : does] += 1;
    }
  }
  return steps.map((step) => ({
    ...step,
    words: spanWords(step, repeatWords(describedByName(step.destination, described))),
  }));
}

/** What happens to the events of a span at one destination, in sentences. Pure. */
export function spanWords(
  { first, again, revive, nothing }: Pick<SpanStep, 'first' | 'again' | 'revive' | 'nothing'>,
  repeated: string | null,
): string {
  const sentences = [
    first > 0 ? `${count(first, 'event')} that ${was(first)} never sent there will be sent now.` : '',
    again > 0
      ? `${count(again, 'event')} that ${was(again)} sent before will be sent once more, and people there will see ${again === 1 ? 'it' : 'them'} again.`
      : '',
    revive > 0
      ? `${count(revive, 'dead letter')} will be tried again.${repeated === null ? '' : ` ${repeated}`}`
      : '',
    nothing > 0 ? `${count(nothing, 'event')} ${nothing === 1 ? 'is' : 'are'} already on the way.` : '',
  ].filter(Boolean);
  return sentences.length === 0 ? 'Nothing.' : sentences.join(' ');
}

function was(number: number): string {
  return number === 1 ? 'was' : 'were';
}
