import type { Change } from '../contract/experience.ts';
import { CHANGE_LOG, type Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage } from '../contract/message.ts';

/** Whether it is unknown what an update changed: there is no earlier snapshot, or it differs only in bookkeeping. */
export function lacksChanges({ event, changes }: Pick<ExperienceMessage, 'event' | 'changes'>): boolean {
  return event.action === 'updateExperience' && changes.every(({ bookkeeping }) => bookkeeping);
}

/** Keeps what the change log says about an update. */
export function rememberChanges(
  ledger: Pick<Ledger, 'remember'>,
  eventKey: string,
  changes: readonly Change[],
): Promise<void> {
  return ledger.remember(CHANGE_LOG, { [eventKey]: JSON.stringify(changes) });
}

/** The message with what the change log said about its update, if nothing else says what changed. */
export async function withLoggedChanges(
  message: ExperienceMessage,
  eventKey: string,
  ledger: Pick<Ledger, 'recall'>,
): Promise<ExperienceMessage> {
  const kept = lacksChanges(message) ? await ledger.recall(CHANGE_LOG, eventKey) : null;
  return kept === null ? message : { ...message, changes: JSON.parse(kept) };
}
