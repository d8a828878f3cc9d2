import type { DatabaseSync } from 'node:sqlite';
import type {
  Accepted,
  ClaimedDelivery,
  DestinationHealth,
  NewDelivery,
  NewEvent,
  Settlement,
} from '../contract.ts';
import { type BodyRow, type EventRow, storedEvent } from './rows.ts';

/** A burst of updates is told after at most this many of its quiet times, even if it goes on. */
const LONGEST_BURST = 10;

export interface ClaimRequest {
  destination: string;
  limit: number;
}

export interface Claim {
  claimed: Omit<ClaimedDelivery, 'probe'>[];
  /** When the next delivery of each requested destination is due, milliseconds; null for none. */
  nextDueAt: Record<string, number | null>;
}

export interface SettleRequest {
  id: number;
  settlement: Settlement;
  health: DestinationHealth;
}

interface OpenDelivery {
  id: number;
  state: string;
  quiet_ms: number | null;
  held_since: number | null;
  tries: number;
}

interface DeliveryRow {
  sequence: number;
  destination: string;
  lane: string;
  tries: number;
}

type ClaimedRow = EventRow &
  BodyRow & {
    id: number;
    destination: string;
    route: string;
    attempts: number;
    uncertain: number;
    replay: number;
    created_at: number;
  };

/**
 * Everything that writes to the ledger, as functions over one connection. They run inside a transaction
 * that the caller opens and commits, so that many share one commit.
 */
export function prepareOperations(database: DatabaseSync) {
  const insertEvent = database.prepare(`
    INSERT INTO events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, late, triggered_by)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
      EXISTS (SELECT 1 FROM events WHERE experience_id = ?5 AND occurred_at > ?8), NULL)
    ON CONFLICT (key) DO NOTHING
  `);
  const insertBody = database.prepare('INSERT INTO bodies (sequence, body, headers) VALUES (?, ?, ?)');
  const lastOpen = database.prepare(`
    SELECT id, state, quiet_ms, held_since, tries FROM deliveries
    WHERE lane = ? AND destination = ? AND state IN ('waiting', 'ready', 'running')
    ORDER BY id DESC LIMIT 1
  `);
  const insertDelivery = database.prepare(`
    INSERT INTO deliveries (sequence, destination, route, lane, state, due_at, quiet_ms, held_since, replay, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  `);
  const mergeInto = database.prepare(`
    UPDATE deliveries SET state = 'merged', merged_into = ?2, finished_at = ?3 WHERE id = ?1
  `);
  const mergeEarlier = database.prepare('UPDATE deliveries SET merged_into = ?2 WHERE merged_into = ?1');
  const hurry = database.prepare('UPDATE deliveries SET due_at = MIN(due_at, ?2) WHERE id = ?1');
  const dueDeliveries = database.prepare(`
    SELECT d.id, d.destination, d.route, d.attempts, d.uncertain, d.replay, d.created_at, e.*, b.body, b.headers
    FROM deliveries d JOIN events e ON e.sequence = d.sequence JOIN bodies b ON b.sequence = d.sequence
    WHERE d.destination = ? AND d.state = 'ready' AND d.due_at <= ?
    ORDER BY d.due_at, d.id LIMIT ?
  `);
  const markRunning = database.prepare(
    "UPDATE deliveries SET state = 'running', tries = tries + 1, attempts = attempts + 1 WHERE id = ?",
  );
  const nextDue = database.prepare(
    "SELECT MIN(due_at) AS due_at FROM deliveries WHERE destination = ? AND state = 'ready'",
  );
  const mergedKeys = database.prepare(`
    SELECT e.key FROM deliveries d JOIN events e ON e.sequence = d.sequence WHERE d.merged_into = ? ORDER BY d.id
  `);
  const delivery = database.prepare('SELECT sequence, destination, lane, tries FROM deliveries WHERE id = ?');
  const finish = database.prepare(
    'UPDATE deliveries SET state = ?2, reason = ?3, finished_at = ?4 WHERE id = ?1',
  );
  const retryLater = database.prepare(`
    UPDATE deliveries SET state = 'ready', reason = ?2, due_at = ?3, attempts = attempts - ?4, uncertain = ?5
    WHERE id = ?1
  `);
  const promoteNext = database.prepare(`
    UPDATE deliveries SET state = 'ready' WHERE id = (
      SELECT id FROM deliveries
      WHERE lane = ?1 AND destination = ?2 AND state IN ('waiting', 'ready', 'running')
      ORDER BY id LIMIT 1
    ) AND state = 'waiting' RETURNING due_at
  `);
  const insertAttempt = database.prepare(`
    INSERT INTO attempts (delivery_id, number, started_at, finished_at, outcome, note, answer)
    VALUES (?, ?, ?, ?, ?, ?, ?)
  `);
  const putHealth = database.prepare(`
    INSERT INTO health (destination, paused_until, pause_reason, failures, failing_since, last_success_at,
      last_failure_at, last_failure, probing)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (destination) DO UPDATE SET paused_until = excluded.paused_until,
      pause_reason = excluded.pause_reason, failures = excluded.failures,
      failing_since = excluded.failing_since, last_success_at = excluded.last_success_at,
      last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure, probing = excluded.probing
  `);
  const putFact = database.prepare(`
    INSERT INTO facts (destination, key, value) VALUES (?, ?, ?)
    ON CONFLICT (destination, key) DO UPDATE SET value = excluded.value
  `);
  const setTrigger = database.prepare('UPDATE events SET triggered_by = ?2 WHERE key = ?1');
  const interrupted = database.prepare(
    "UPDATE deliveries SET state = 'ready', uncertain = 1 WHERE state IN ('waiting', 'ready', 'running') AND state = 'running'",
  );
  const deadLetter = database.prepare(
    "SELECT lane, destination, created_at FROM deliveries WHERE id = ? AND state = 'dead'",
  );
  const revive = database.prepare(`
    UPDATE deliveries SET state = ?2, due_at = ?3, attempts = 0, reason = NULL, finished_at = NULL WHERE id = ?1
  `);
  const dismiss = database.prepare(
    "UPDATE deliveries SET state = 'dismissed', finished_at = ?2 WHERE id = ?1 AND state = 'dead'",
  );
  const eventByKey = database.prepare('SELECT sequence, key, experience_id FROM events WHERE key = ?');
  const replayCount = database.prepare(
    'SELECT COALESCE(MAX(replay), -1) AS last FROM deliveries WHERE sequence = ? AND destination = ?',
  );
  const prunable = database.prepare(`
    SELECT sequence FROM events e WHERE received_at < ? AND NOT EXISTS (
      SELECT 1 FROM deliveries d WHERE d.sequence = e.sequence AND d.state IN ('waiting', 'ready', 'running', 'dead')
    ) ORDER BY sequence LIMIT ?
  `);
  const dropAttempts = database.prepare(
    'DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE sequence = ?)',
  );
  const dropDeliveries = database.prepare('DELETE FROM deliveries WHERE sequence = ?');
  const dropBody = database.prepare('DELETE FROM bodies WHERE sequence = ?');
  const dropEvent = database.prepare('DELETE FROM events WHERE sequence = ?');
  const resume = database.prepare(
    'UPDATE health SET paused_until = 0, pause_reason = NULL WHERE destination = ?',
  );
  const touch = database.prepare('UPDATE health SET probing = probing WHERE destination = ?');

  function addDelivery(
    sequence: number,
    lane: string,
    added: NewDelivery,
    replay: number,
    createdAt: number,
  ): number {
    const open = lastOpen.get(lane, added.destination) as OpenDelivery | undefined;
    const mergeable = open !== undefined && open.quiet_ms !== null && open.tries === 0;
    const merges = mergeable && added.quietMs !== null;
    const heldSince = added.quietMs === null ? null : merges ? open.held_since : createdAt;
    const latest = heldSince === null ? added.dueAt : heldSince + LONGEST_BURST * (added.quietMs ?? 0);
    const { lastInsertRowid } = insertDelivery.run(
      sequence,
      added.destination,
      added.route,
      lane,
      merges ? open.state : open === undefined ? 'ready' : 'waiting',
      Math.min(added.dueAt, latest),
      added.quietMs,
      heldSince,
      replay,
      createdAt,
    );
    const id = Number(lastInsertRowid);
    if (merges) {
      mergeEarlier.run(open.id, id);
      mergeInto.run(open.id, id, createdAt);
    } else if (mergeable) {
      hurry.run(open.id, createdAt);
    }
    return id;
  }

  function writeHealth(health: DestinationHealth): void {
    putHealth.run(
      health.destination,
      health.pausedUntil,
      health.pauseReason,
      health.failures,
      health.failingSince,
      health.lastSuccessAt,
      health.lastFailureAt,
      health.lastFailure,
      health.probing ? 1 : 0,
    );
  }

  function writeFacts(destination: string, facts: Record<string, string> | undefined): void {
    for (const [key, value] of Object.entries(facts ?? {})) {
      putFact.run(destination, key, value);
    }
  }

  return {
    accept(event: NewEvent): Accepted {
      const { changes, lastInsertRowid } = insertEvent.run(
        event.key,
        event.source,
        event.origin,
        event.action,
        event.experienceId,
        event.experienceName,
        event.organizationId,
        event.occurredAt,
        event.receivedAt,
        event.problem,
      );
      if (changes === 0) {
        return { status: 'duplicate', key: event.key };
      }
      const sequence = Number(lastInsertRowid);
      insertBody.run(sequence, event.body, JSON.stringify(event.headers));
      for (const added of event.deliveries) {
        addDelivery(sequence, event.experienceId ?? event.key, added, 0, event.receivedAt);
      }
      return { status: 'accepted', key: event.key };
    },

    claim({ requests, now }: { requests: readonly ClaimRequest[]; now: number }): Claim {
      const claimed: Claim['claimed'] = [];
      const nextDueAt: Claim['nextDueAt'] = {};
      for (const { destination, limit } of requests) {
        for (const row of dueDeliveries.all(destination, now, limit) as unknown as ClaimedRow[]) {
          markRunning.run(row.id);
          claimed.push({
            id: row.id,
            eventKey: row.key,
            destination: row.destination,
            route: row.route,
            attempt: row.attempts + 1,
            uncertain: row.uncertain === 1,
            replay: row.replay,
            createdAt: row.created_at,
            event: storedEvent(row),
            merged: (mergedKeys.all(row.id) as { key: string }[]).map(({ key }) => key),
          });
        }
        nextDueAt[destination] = (nextDue.get(destination) as { due_at: number | null }).due_at;
      }
      return { claimed, nextDueAt };
    },

    /** Writes an attempt and what follows from it; gives when the next delivery of the lane is due. */
    settle({ id, settlement, health }: SettleRequest): number | null {
      const row = delivery.get(id) as DeliveryRow | undefined;
      if (row === undefined) {
        return null;
      }
      const { outcome, startedAt, finishedAt } = settlement;
      const note = outcome.type === 'done' ? (outcome.note ?? null) : outcome.reason;
      insertAttempt.run(id, row.tries, startedAt, finishedAt, outcome.type, note, outcome.answer ?? null);
      writeHealth(health);
      if (outcome.type !== 'dead') {
        writeFacts(row.destination, outcome.remember);
      }
      if (settlement.state === 'ready') {
        retryLater.run(
          id,
          note,
          settlement.dueAt,
          settlement.attemptCounts ? 0 : 1,
          settlement.uncertain ? 1 : 0,
        );
        return settlement.dueAt;
      }
      finish.run(id, settlement.state, settlement.state === 'dead' ? settlement.reason : null, finishedAt);
      const promoted = promoteNext.get(row.lane, row.destination) as { due_at: number } | undefined;
      return promoted?.due_at ?? null;
    },

    /** After a crash: what was under way may have arrived. Gives how many there were. */
    recover(): number {
      return Number(interrupted.run().changes);
    },

    remember({ destination, facts }: { destination: string; facts: Record<string, string> }): void {
      writeFacts(destination, facts);
    },

    nameTrigger({ key, email }: { key: string; email: string }): void {
      setTrigger.run(key, email);
    },

    reviveDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): string[] {
      const revived: string[] = [];
      for (const id of ids) {
        const row = deadLetter.get(id) as DeliveryRow | undefined;
        if (row !== undefined) {
          const open = lastOpen.get(row.lane, row.destination);
          revive.run(id, open === undefined ? 'ready' : 'waiting', now);
          revived.push(row.destination);
        }
      }
      return revived;
    },

    dismissDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): number {
      return ids.reduce((count, id) => count + Number(dismiss.run(id, now).changes), 0);
    },

    sendAgain({ key, added, now }: { key: string; added: NewDelivery; now: number }): number | null {
      const event = eventByKey.get(key) as
        | { sequence: number; key: string; experience_id: string | null }
        | undefined;
      if (event === undefined) {
        return null;
      }
      const { last } = replayCount.get(event.sequence, added.destination) as { last: number };
      return addDelivery(event.sequence, event.experience_id ?? event.key, added, last + 1, now);
    },

    prune({ before, limit }: { before: number; limit: number }): number {
      const rows = prunable.all(before, limit) as { sequence: number }[];
      for (const { sequence } of rows) {
        dropAttempts.run(sequence);
        dropDeliveries.run(sequence);
        dropBody.run(sequence);
        dropEvent.run(sequence);
      }
      return rows.length;
    },

    resume({ destination }: { destination: string }): void {
      resume.run(destination);
    },

    /** Takes the write lock and changes nothing. */
    probe(): void {
      touch.run('');
    },
  };
}

export type Operations = ReturnType<typeof prepareOperations>;
