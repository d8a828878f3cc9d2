import type { Logger } from 'pino';
import type { ClaimedDelivery, Settlement } from '../contract/delivery.ts';

/** Logs the outcome of an attempt. */
export function logAttempt(log: Logger, delivery: ClaimedDelivery, settlement: Settlement): void {
  const { eventKey, destination, attempt } = delivery;
  const { outcome, startedAt, finishedAt } = settlement;
  const fields = { event: eventKey, destination, attempt, ms: finishedAt - startedAt };
  if (settlement.state === 'done') {
    const note = outcome.type === 'done' ? outcome.note : undefined;
    log.info(note === undefined ? fields : { ...fields, note }, 'delivered');
  } else if (settlement.state === 'dead') {
    log.error({ ...fields, reason: settlement.reason }, 'dead letter');
  } else {
    const again = new Date(settlement.dueAt).toISOString();
    const reason = outcome.type === 'done' ? undefined : outcome.reason;
    const isWaiting = outcome.type === 'retry' && outcome.waiting === true;
    log[isWaiting ? 'debug' : 'warn']({ ...fields, reason, again }, 'will try again');
  }
}
