import { type ExperienceEvent, parseEvent } from '../../shared/events.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';

/** The last accepted event of an experience; null if there is none, or it cannot be read. */
export async function lastEvent(
  ledger: Pick<LedgerReader, 'history'>,
  source: string,
  experienceId: string,
): Promise<ExperienceEvent | null> {
  const [newest] = await ledger.history(source, experienceId, 1);
  const parsed = newest === undefined ? null : parseEvent(newest.body);
  return parsed?.ok === true ? parsed.event : null;
}
