import { durationWords } from '../../shared/words.ts';
import type { ClockDifference, Ledger } from '../contract/ledger.ts';
import { otherClocks } from '../outgoing/other-clocks.ts';

/** A clock that differs by more than this is reported, milliseconds. Dates of answers are whole seconds, and travel. */
const TOLERATED_MS = 60_000;

/**
 * What a person should know about a receiver that works, in sentences: about its storage, and about its clock if that
 * differs from the database or from a host that answered. Empty if there is nothing.
 */
export async function warningsOf(ledger: Pick<Ledger, 'warnings' | 'clockDifference'>): Promise<string[]> {
  const { last } = otherClocks;
  const differences: (ClockDifference | null)[] = [
    await ledger.clockDifference().catch(() => null),
    last === null ? null : { aheadMs: last.aheadMs, comparedWith: last.host },
  ];
  return [
    ...ledger.warnings,
    ...differences.flatMap((each) =>
      each === null || Math.abs(each.aheadMs) < TOLERATED_MS ? [] : [clockWords(each)],
    ),
  ];
}

function clockWords({ aheadMs, comparedWith }: ClockDifference): string {
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `This machine's clock is ${durationWords(Math.abs(aheadMs))} ${side} ${comparedWith}. Set it, and keep it right with NTP.`;
}
