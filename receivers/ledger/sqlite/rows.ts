import type { DestinationHealth } from '../../contract/delivery.ts';
import type { Origin, StoredEvent } from '../../contract/event.ts';
import type { AttemptRecord, DeliveryRecord } from '../../contract/ledger-reader.ts';

/** A row of the table `events`. */
export interface EventRow {
  sequence: number;
  key: string;
  source: string;
  origin: Origin;
  action: string | null;
  experience_id: string | null;
  experience_name: string | null;
  organization_id: string | null;
  occurred_at: number | null;
  received_at: number;
  problem: string | null;
  late: number;
  triggered_by: string | null;
}

export interface BodyRow {
  body: Uint8Array;
  headers: string;
}

export function eventWithoutBody(row: EventRow): Omit<StoredEvent, 'body' | 'headers'> {
  return {
    sequence: row.sequence,
    key: row.key,
    source: row.source,
    origin: row.origin,
    action: row.action,
    experienceId: row.experience_id,
    experienceName: row.experience_name,
    organizationId: row.organization_id,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    problem: row.problem,
    late: row.late === 1,
    triggeredBy: row.triggered_by,
  };
}

export function storedEvent(row: EventRow & BodyRow): StoredEvent {
  return { ...eventWithoutBody(row), body: row.body, headers: JSON.parse(row.headers) };
}

export interface DeliveryRecordRow {
  id: number;
  key: string;
  destination: string;
  route: string;
  state: DeliveryRecord['state'];
  due_at: number;
  tries: number;
  replay: number;
  reason: string | null;
  created_at: number;
  finished_at: number | null;
}

export function deliveryRecord(row: DeliveryRecordRow): DeliveryRecord {
  return {
    id: row.id,
    eventKey: row.key,
    destination: row.destination,
    route: row.route,
    state: row.state,
    dueAt: row.due_at,
    attempts: row.tries,
    replay: row.replay,
    reason: row.reason,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

export interface AttemptRow {
  delivery_id: number;
  number: number;
  started_at: number;
  finished_at: number;
  outcome: AttemptRecord['outcome'];
  note: string | null;
  answer: string | null;
}

export function attemptRecord(row: AttemptRow): AttemptRecord {
  return {
    deliveryId: row.delivery_id,
    number: row.number,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    note: row.note,
    answer: row.answer,
  };
}

export interface HealthRow {
  destination: string;
  paused_until: number;
  pause_ms: number;
  pause_reason: string | null;
  failures: number;
  failing_since: number | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  last_failure: string | null;
  probing: number;
}

/** The clock may have been set since: a pause lasts at most as long as it was meant to from `now`. */
export function destinationHealth(row: HealthRow, now: number): DestinationHealth {
  return {
    destination: row.destination,
    pausedUntil: Math.min(row.paused_until, now + row.pause_ms),
    pauseReason: row.pause_reason,
    failures: row.failures,
    failingSince: row.failing_since,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
    lastFailure: row.last_failure,
    probing: row.probing === 1,
  };
}
