import type { DestinationHealth } from '../../contract/delivery.ts';
import type { StoredEvent } from '../../contract/event.ts';

/** The columns of an event `e` under the names that the contract gives them; without its body. */
export const EVENT_COLUMNS = `e.sequence, e.key, e.source, e.origin, e.action, e.experience_id AS "experienceId",
  e.experience_name AS "experienceName", e.organization_id AS "organizationId", e.occurred_at AS "occurredAt",
  e.received_at AS "receivedAt", e.problem, e.late, e.triggered_by AS "triggeredBy"`;

export const BODY_COLUMNS = 'b.body, b.headers';

/** Of a delivery `d` of an event `e`. */
export const DELIVERY_COLUMNS = `d.id, e.key AS "eventKey", d.destination, d.route, d.state, d.due_at AS "dueAt",
  d.tries AS attempts, d.replay, d.reason, d.created_at AS "createdAt", d.finished_at AS "finishedAt"`;

/** Of an attempt `a`. */
export const ATTEMPT_COLUMNS = `a.delivery_id AS "deliveryId", a.number, a.started_at AS "startedAt",
  a.finished_at AS "finishedAt", a.outcome, a.note, a.answer`;

/** Of a destination's health `h`. How long its pause still lasts, instead of until when: clocks differ. */
export const HEALTH_COLUMNS = `h.destination,
  least(greatest(h.paused_until - ledger.now_ms(), 0), h.pause_ms) AS "pausedForMs", h.pause_reason AS "pauseReason",
  h.failures, h.failing_since AS "failingSince", h.last_success_at AS "lastSuccessAt",
  h.last_failure_at AS "lastFailureAt", h.last_failure AS "lastFailure", h.probing`;

export type HealthRow = Omit<DestinationHealth, 'pausedUntil'> & { pausedForMs: number };

/** By the clock of this process. */
export function destinationHealth({ pausedForMs, ...health }: HealthRow): DestinationHealth {
  return { ...health, pausedUntil: pausedForMs > 0 ? Date.now() + pausedForMs : 0 };
}

/** A row of {@link EVENT_COLUMNS} with {@link BODY_COLUMNS}. */
export type EventRow = Omit<StoredEvent, 'headers'> & { headers: string };

export function storedEvent(row: EventRow): StoredEvent {
  return { ...row, headers: JSON.parse(row.headers) };
}
