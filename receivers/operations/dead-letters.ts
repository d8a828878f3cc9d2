import { createHash } from 'node:crypto';
import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';

/** Dead letters of one destination that have one cause. */
export interface DeadLetterGroup {
  destination: string;
  /** Names the cause in a link: 12 hex digits. */
  cause: string;
  /** The reason of the newest of them: what happened, and what to do. */
  reason: string;
  count: number;
  /** When the first and the last of them were given up, milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
  letters: DeadLetter[];
}

/** A dead letter with what people know it by. */
export interface DeadLetter extends DeliveryRecord {
  action: string | null;
  experienceName: string | null;
}

/** Which dead letters; every field narrows, and none means all. */
export interface DeadLetterSelection {
  ids?: number[];
  destination?: string;
  cause?: string;
}

/** So many are read at once. */
const PAGE = 500;

/** What stands before the reason where the attempts ran out, and what differs from letter to letter. */
const GIVEN_UP = /^Given up after [\w ]+?\. /;
const PARTICULARS = /[0-9a-f]{8}-[0-9a-f-]{27}|\bevt_\w+|[0-9a-f]{16,}|\d+(?:[.,]\d+)*/gi;

/** Groups dead letters by destination and cause, the largest group first. Pure. */
export function groupDeadLetters(letters: readonly DeliveryRecord[]): Omit<DeadLetterGroup, 'letters'>[] {
  const groups = new Map<string, Omit<DeadLetterGroup, 'letters'>>();
  for (const letter of letters) {
    const cause = causeOf(letter);
    const name = `${letter.destination} ${cause}`;
    const at = letter.finishedAt ?? letter.createdAt;
    const known = groups.get(name);
    groups.set(name, {
      destination: letter.destination,
      cause,
      reason:
        known !== undefined && known.lastAt > at ? known.reason : (letter.reason ?? 'No reason is known.'),
      count: (known?.count ?? 0) + 1,
      firstAt: Math.min(known?.firstAt ?? at, at),
      lastAt: Math.max(known?.lastAt ?? at, at),
    });
  }
  return [...groups.values()].sort((one, other) => other.count - one.count || other.lastAt - one.lastAt);
}

/** The cause of a dead letter: the same for reasons that differ in numbers and ids only. 12 hex digits. */
export function causeOf({ reason }: Pick<DeliveryRecord, 'reason'>): string {
  const common = (reason ?? '').replace(GIVEN_UP, '').replaceAll(PARTICULARS, '…');
  return createHash('sha256').update(common).digest('hex').slice(0, 12);
}

/** Reads the dead letters of a selection page by page, oldest first. */
export async function* selectedDeadLetters(
  ledger: Pick<Ledger, 'deadLetters'>,
  { ids, destination, cause }: DeadLetterSelection,
): AsyncGenerator<DeliveryRecord[], void, undefined> {
  const wanted = ids === undefined ? null : new Set(ids);
  let afterId = 0;
  for (;;) {
    const page = await ledger.deadLetters({
      ...(destination !== undefined && { destination }),
      afterId,
      limit: PAGE,
    });
    const fitting = page.filter(
      (letter) =>
        (wanted === null || wanted.has(letter.id)) && (cause === undefined || causeOf(letter) === cause),
    );
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
