import { createHash } from 'node:crypto';
import type { DestinationDescription } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';
import { describedByName, repeatWords } from './described-destinations.ts';
import type { OperationServices } from './services.ts';

/** Dead letters of one destination that have the same cause. */
export interface DeadLetterGroup extends GroupedByCause {
  /** What people call the destination. */
  title: string;
  /** What sending them again does if they arrived after all, as a sentence; null if nothing is sent. */
  repeated: string | null;
  letters: DeadLetter[];
}

interface GroupedByCause {
  destination: string;
  /** Identifies the cause in links and calls: 12 hex digits. */
  cause: string;
  /** The reason of the newest of them: what happened, and what to do. */
  reason: string;
  count: number;
  /** When the first and the last of them failed, milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
}

/** A dead letter with what people know it by. */
export interface DeadLetter extends DeliveryRecord {
  action: string | null;
  experienceName: string | null;
}

/** Dead letters by cause. */
export interface DeadLetters {
  groups: DeadLetterGroup[];
  /** How many were counted; `more` if there are others. */
  counted: number;
  more: boolean;
}

/** Which dead letters; every field narrows, and none means all. */
export interface DeadLetterSelection {
  ids?: number[];
  destination?: string;
  cause?: string;
  /** Failed at this time or later, and before that time; milliseconds since 1970. */
  from?: number;
  to?: number;
}

/** Dead letters read in one step, grouped at most, and listed of each group. */
const PAGE = 500;
const GROUPED = 5_000;
const LISTED = 20;

/** What precedes the reason if the attempts ran out, and what differs from letter to letter. */
const GIVEN_UP = /^Given up after [\w ]+?\. /;
const PARTICULARS = /[0-9a-f]{8}-[0-9a-f-]{27}|\bevt_\w+|[0-9a-f]{16,}|\d+(?:[.,]\d+)*/gi;

export function deadLetterOperations({
  ledger,
  destinations,
}: Pick<OperationServices, 'ledger' | 'destinations'>) {
  /** Changes the selected dead letters page by page; gives how many. */
  async function changeAll(
    selection: DeadLetterSelection,
    change: (ids: number[]) => Promise<number>,
  ): Promise<number> {
    let changed = 0;
    for await (const page of selectedDeadLetters(ledger, selection)) {
      changed += await change(page.map(({ id }) => id));
    }
    return changed;
  }

  return {
    deadLetters: (selection: DeadLetterSelection) => listDeadLetters(ledger, destinations, selection),
    replayDeadLetters: (selection: DeadLetterSelection) =>
      changeAll(selection, (ids) => ledger.reviveDeadLetters(ids)),
    dismissDeadLetters: (selection: DeadLetterSelection) =>
      changeAll(selection, (ids) => ledger.dismissDeadLetters(ids)),
  };
}

async function listDeadLetters(
  ledger: Pick<Ledger, 'deadLetters' | 'event'>,
  destinations: readonly DestinationDescription[],
  selection: DeadLetterSelection,
): Promise<DeadLetters> {
  const letters: DeliveryRecord[] = [];
  let more = false;
  for await (const page of selectedDeadLetters(ledger, selection)) {
    letters.push(...page);
    if (letters.length >= GROUPED) {
      more = true;
      break;
    }
  }
  const groups: DeadLetterGroup[] = [];
  for (const group of groupDeadLetters(letters)) {
    const description = describedByName(group.destination, destinations);
    const own = letters.filter(
      (letter) => letter.destination === group.destination && causeOf(letter) === group.cause,
    );
    const listed: DeadLetter[] = [];
    for (const letter of own.slice(-LISTED).reverse()) {
      listed.push(await withEvent(ledger, letter));
    }
    groups.push({ ...group, title: description.title, repeated: repeatWords(description), letters: listed });
  }
  return { groups, counted: letters.length, more };
}

async function withEvent(ledger: Pick<Ledger, 'event'>, letter: DeliveryRecord): Promise<DeadLetter> {
  const event = await ledger.event(letter.eventKey);
  return { ...letter, action: event?.action ?? null, experienceName: event?.experienceName ?? null };
}

/** Groups dead letters by destination and cause, the largest group first. Pure. */
export function groupDeadLetters(letters: readonly DeliveryRecord[]): GroupedByCause[] {
  const groups = new Map<string, GroupedByCause>();
  for (const letter of letters) {
    const cause = causeOf(letter);
    const name = `${letter.destination} ${cause}`;
    const at = failedAt(letter);
    const known = groups.get(name);
    groups.set(name, {
      destination: letter.destination,
      cause,
      reason:
        known !== undefined && known.lastAt > at
          ? known.reason
          : (letter.reason ?? 'The reason is not known.'),
      count: (known?.count ?? 0) + 1,
      firstAt: Math.min(known?.firstAt ?? at, at),
      lastAt: Math.max(known?.lastAt ?? at, at),
    });
  }
  return [...groups.values()].sort((one, other) => other.count - one.count || other.lastAt - one.lastAt);
}

/** The cause of a dead letter, 12 hex digits: the same if reasons differ only in numbers and ids. */
export function causeOf({ reason }: Pick<DeliveryRecord, 'reason'>): string {
  const common = (reason ?? '').replace(GIVEN_UP, '').replaceAll(PARTICULARS, '…');
  return createHash('sha256').update(common).digest('hex').slice(0, 12);
}

function failedAt({ finishedAt, createdAt }: Pick<DeliveryRecord, 'finishedAt' | 'createdAt'>): number {
  return finishedAt ?? createdAt;
}

/** Reads the dead letters of a selection page by page, oldest first. */
async function* selectedDeadLetters(
  ledger: Pick<Ledger, 'deadLetters'>,
  { ids, destination, cause, from = 0, to = Infinity }: DeadLetterSelection,
): AsyncGenerator<DeliveryRecord[], void, undefined> {
  const wanted = ids === undefined ? null : new Set(ids);
  let afterId = 0;
  for (;;) {
    const page = await ledger.deadLetters({
      ...(destination !== undefined && { destination }),
      afterId,
      limit: PAGE,
    });
    const fitting = page.filter((letter) => {
      const at = failedAt(letter);
      return (
        (wanted === null || wanted.has(letter.id)) &&
        at >= from &&
        at < to &&
        (cause === undefined || causeOf(letter) === cause)
      );
    });
    if (fitting.length > 0) {
      yield fitting;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      return;
    }
    afterId = last.id;
  }
}
