import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ClaimedDelivery, DestinationHealth, Settlement } from '../../contract/delivery.ts';
import type { NewDelivery, NewEvent } from '../../contract/event.ts';
import { KnownExperiences } from './known-experiences.ts';
import { OpenDeliveries, type OpenDelivery } from './open-deliveries.ts';
import { PRUNABLE } from './queries.ts';
import { type BodyRow, type EventRow, storedEvent } from './rows.ts';

/** A burst of updates is told after at most this many of its quiet times, even if it goes on. */
const LONGEST_BURST = 10;

/**
 * An event on its way into the thread, as lists: they are copied between threads in a third of the time
 * that objects take. Its body goes beside it, as bytes.
 */
export type AcceptRow = [
  columns: [
    key: string,
    source: string,
    origin: string,
    action: string | null,
    experienceId: string | null,
    experienceName: string | null,
    organizationId: string | null,
    occurredAt: number | null,
    receivedAt: number,
    problem: string | null,
  ],
  headers: string,
  deliveries: DeliveryRow[],
];

type DeliveryRow = [destination: string, route: string, dueAt: number, quietMs: number | null];

function deliveryRow({ destination, route, dueAt, quietMs }: NewDelivery): DeliveryRow {
  return [destination, route, dueAt, quietMs];
}

export function acceptRow(event: NewEvent): AcceptRow {
  return [
    [
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
    ],
    JSON.stringify(event.headers),
    event.deliveries.map(deliveryRow),
  ];
}

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

export interface SendAgainRequest {
  key: string;
  added: NewDelivery;
  /** In place of the event's own; null for that. */
  lane: string | null;
  /** Milliseconds since 1970. */
  now: number;
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

interface OpenRow {
  id: number;
  destination: string;
  lane: string;
  state: OpenDelivery['state'];
  due_at: number;
  quiet_ms: number | null;
  held_since: number | null;
  tries: number;
}

const DONE = { reason: null, uncertain: false };

/** What keeps a delivery `d` of the event `e` in order at its destination. */
const LANE = 'COALESCE(d.lane, e.experience_id, e.key)';

/** A delivery's id is its event's sequence times this, and a number of its own. */
const IDS_PER_EVENT = 1_000;

/**
 * Everything that writes to the ledger, as functions over one connection. They run inside a transaction
 * that the caller opens and commits, so that many share one commit. After a rollback they must be prepared
 * anew: they hold in memory what is open.
 */
export function prepareOperations(database: DatabaseSync) {
  const insertEvent = database.prepare(`
    INSERT INTO events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, late, before_sequence)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO NOTHING
  `);
  const insertBody = database.prepare('INSERT INTO bodies (sequence, body, headers) VALUES (?, ?, ?)');
  const openRows = database.prepare(`
    SELECT d.id, d.destination, ${LANE} AS lane, d.state, d.due_at, d.quiet_ms,
      d.held_since, d.tries
    FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT}
    WHERE d.state IN ('waiting', 'ready', 'running') ORDER BY d.id
  `);
  const insertDeliveries = new Map<number, StatementSync>();
  const mergeInto = database.prepare(`
    UPDATE deliveries SET state = 'merged', merged_into = ?2, finished_at = ?3 WHERE id = ?1
  `);
  const mergeEarlier = database.prepare('UPDATE deliveries SET merged_into = ?2 WHERE merged_into = ?1');
  const makeReady = database.prepare("UPDATE deliveries SET state = 'ready', due_at = ?2 WHERE id = ?1");
  const setDue = database.prepare('UPDATE deliveries SET due_at = ?2 WHERE id = ?1');
  const markRunning = database.prepare(
    "UPDATE deliveries SET state = 'running', tries = tries + 1, attempts = attempts + 1 WHERE id = ?",
  );
  const claimed = database.prepare(`
    SELECT d.id, d.destination, d.route, d.attempts, d.uncertain, d.replay, d.created_at,
      e.*, b.body, b.headers
    FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT}
      JOIN bodies b ON b.sequence = e.sequence
    WHERE d.id = ?
  `);
  const mergedKeys = database.prepare(`
    SELECT e.key FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT}
    WHERE d.merged_into IN (
      SELECT id FROM deliveries WHERE id BETWEEN ?1 AND ?2 AND destination = ?3
    ) ORDER BY d.id
  `);
  const tries = database.prepare('SELECT tries FROM deliveries WHERE id = ?');
  const finish = database.prepare(
    'UPDATE deliveries SET state = ?2, reason = ?3, finished_at = ?4, uncertain = ?5 WHERE id = ?1',
  );
  const retryLater = database.prepare(`
    UPDATE deliveries SET state = 'ready', reason = ?2, due_at = ?3, attempts = attempts - ?4, uncertain = ?5
    WHERE id = ?1
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
  const markUncertain = database.prepare("UPDATE deliveries SET state = 'ready', uncertain = 1 WHERE id = ?");
  const deadLetter = database.prepare(
    `SELECT d.id, d.destination, ${LANE} AS lane
     FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT} WHERE d.id = ? AND d.state = 'dead'`,
  );
  const revive = database.prepare(`
    UPDATE deliveries SET state = ?2, due_at = ?3, attempts = 0, reason = NULL, finished_at = NULL, quiet_ms = NULL
    WHERE id = ?1
  `);
  const dismiss = database.prepare(
    "UPDATE deliveries SET state = 'dismissed', finished_at = ?2 WHERE id = ?1 AND state = 'dead'",
  );
  const setLane = database.prepare('UPDATE deliveries SET lane = ?2 WHERE id = ?1');
  const eventByKey = database.prepare('SELECT sequence, key, experience_id FROM events WHERE key = ?');
  const lastIds = database.prepare(`
    SELECT MAX(id) AS id, MAX(CASE WHEN destination = ?3 THEN replay END) AS replay FROM deliveries
    WHERE id BETWEEN ?1 AND ?2
  `);
  const stillPrunable = database.prepare(`SELECT 1 FROM events e WHERE sequence = ?2 AND ${PRUNABLE}`);
  const dropAttempts = database.prepare('DELETE FROM attempts WHERE delivery_id BETWEEN ? AND ?');
  const dropDeliveries = database.prepare('DELETE FROM deliveries WHERE id BETWEEN ? AND ?');
  const dropBody = database.prepare('DELETE FROM bodies WHERE sequence = ?');
  const dropEvent = database.prepare('DELETE FROM events WHERE sequence = ? RETURNING experience_id');
  const resume = database.prepare(
    'UPDATE health SET paused_until = 0, pause_reason = NULL WHERE destination = ?',
  );

  const experiences = new KnownExperiences(database);
  const open = new OpenDeliveries();
  for (const row of openRows.all() as unknown as OpenRow[]) {
    open.add({
      id: row.id,
      destination: row.destination,
      lane: row.lane,
      state: row.state,
      dueAt: row.due_at,
      quietMs: row.quiet_ms,
      heldSince: row.held_since,
      untried: row.tries === 0,
    });
  }

  /** The statement that inserts so many deliveries at once: a third cheaper than one by one. */
  function insertionOf(count: number): StatementSync {
    let statement = insertDeliveries.get(count);
    if (statement === undefined) {
      statement = database.prepare(`
        INSERT INTO deliveries (id, destination, route, state, due_at, quiet_ms, held_since, replay, created_at)
        VALUES ${Array(count).fill('(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}
      `);
      insertDeliveries.set(count, statement);
    }
    return statement;
  }

  /** Adds the deliveries of an event, whose ids count up from `firstId`. */
  function addDeliveries(
    firstId: number,
    lane: string,
    added: readonly DeliveryRow[],
    replay: number,
    createdAt: number,
  ): void {
    if (added.length === 0) {
      return;
    }
    const values: SQLInputValue[] = [];
    added.forEach(([destination, route, wantedAt, quietMs], index) => {
      const id = firstId + index;
      const last = open.last(destination, lane);
      const held = last !== undefined && last.quietMs !== null && last.untried ? last : undefined;
      const merged = quietMs === null ? undefined : held;
      const heldSince = quietMs === null ? null : (merged?.heldSince ?? createdAt);
      const latest = heldSince === null ? wantedAt : heldSince + LONGEST_BURST * (quietMs ?? 0);
      const dueAt = Math.min(wantedAt, latest);
      const state = merged?.state ?? (last === undefined ? 'ready' : 'waiting');
      values.push(id, destination, route, state, dueAt, quietMs, heldSince, replay, createdAt);
      if (merged !== undefined) {
        mergeEarlier.run(merged.id, id);
        mergeInto.run(merged.id, id, createdAt);
        open.remove(merged);
      } else if (held !== undefined && held.dueAt > createdAt) {
        bringForward(held, createdAt);
      }
      open.add({ id, destination, lane, state, dueAt, quietMs, heldSince, untried: true });
    });
    insertionOf(added.length).run(...values);
  }

  /** What waits for the end of a burst is told at once when something else happens. */
  function bringForward(held: OpenDelivery, dueAt: number): void {
    setDue.run(held.id, dueAt);
    if (held.state === 'ready') {
      open.ready(held, dueAt);
    } else {
      held.dueAt = dueAt;
    }
  }

  /** Takes a delivery out of its lane; gives when the next one of the lane is due. */
  function leaveLane(delivery: OpenDelivery): number | null {
    const next = open.remove(delivery);
    if (next === undefined) {
      return null;
    }
    makeReady.run(next.id, next.dueAt);
    open.ready(next, next.dueAt);
    return next.dueAt;
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
    /** Gives whether the event is new. */
    accept([columns, headers, deliveries]: AcceptRow, body: Uint8Array): boolean {
      const [key, source, , action, experienceId, name, organizationId, occurredAt, receivedAt] = columns;
      const before = experienceId === null ? undefined : experiences.find(experienceId);
      const latest = before?.latestOccurredAt ?? null;
      const late = latest !== null && occurredAt !== null && occurredAt < latest;
      const { changes, lastInsertRowid } = insertEvent.run(
        ...columns,
        late ? 1 : 0,
        before?.lastSequence ?? null,
      );
      if (changes === 0) {
        return false;
      }
      const sequence = Number(lastInsertRowid);
      insertBody.run(sequence, body, headers);
      if (experienceId !== null && action !== null) {
        const news = { sequence, source, name, organizationId, occurredAt, receivedAt };
        experiences.record(experienceId, before, news);
      }
      addDeliveries(sequence * IDS_PER_EVENT, experienceId ?? key, deliveries, 0, receivedAt);
      return true;
    },

    claim({ requests, now }: { requests: readonly ClaimRequest[]; now: number }): Claim {
      const handed: Claim['claimed'] = [];
      const nextDueAt: Claim['nextDueAt'] = {};
      for (const { destination, limit } of requests) {
        for (const { id } of open.take(destination, now, limit)) {
          markRunning.run(id);
          const row = claimed.get(id) as unknown as ClaimedRow;
          // Also of one that is sent again: what the first delivery of the event told together stays together.
          const merged =
            row.action === 'updateExperience'
              ? (mergedKeys.all(...idsOf(row.sequence), destination) as { key: string }[])
              : [];
          handed.push({
            id,
            eventKey: row.key,
            destination,
            route: row.route,
            attempt: row.attempts,
            uncertain: row.uncertain === 1,
            replay: row.replay,
            createdAt: row.created_at,
            event: storedEvent(row),
            merged: merged.map(({ key }) => key),
          });
        }
        nextDueAt[destination] = open.nextDueAt(destination);
      }
      return { claimed: handed, nextDueAt };
    },

    /** Writes an attempt and what follows from it; gives when the next delivery of the lane is due. */
    settle({ id, settlement, health }: SettleRequest): number | null {
      const delivery = open.running(id);
      // Written before: the answer was lost, and it is asked for once more.
      if (delivery === undefined) {
        return null;
      }
      const { outcome, startedAt, finishedAt } = settlement;
      const note = outcome.type === 'done' ? (outcome.note ?? null) : outcome.reason;
      const number = (tries.get(id) as { tries: number }).tries;
      const type = settlement.state === 'dead' ? 'dead' : outcome.type;
      insertAttempt.run(id, number, startedAt, finishedAt, type, note, outcome.answer ?? null);
      writeHealth(health);
      writeFacts(delivery.destination, outcome.remember);
      if (settlement.state === 'ready') {
        const { dueAt, attemptCounts, uncertain } = settlement;
        retryLater.run(id, note, dueAt, attemptCounts ? 0 : 1, uncertain ? 1 : 0);
        open.ready(delivery, dueAt);
        return dueAt;
      }
      const { reason, uncertain } = settlement.state === 'dead' ? settlement : DONE;
      finish.run(id, settlement.state, reason, finishedAt, uncertain ? 1 : 0);
      return leaveLane(delivery);
    },

    /** After a crash: what was under way may have arrived; but for those that are under way still. */
    recover(underWay: readonly number[]): void {
      const running = new Set(underWay);
      for (const delivery of open.allRunning()) {
        if (!running.has(delivery.id)) {
          markUncertain.run(delivery.id);
          open.ready(delivery, delivery.dueAt);
        }
      }
    },

    remember({ destination, facts }: { destination: string; facts: Record<string, string> }): void {
      writeFacts(destination, facts);
    },

    nameTrigger({ key, email }: { key: string; email: string }): void {
      setTrigger.run(key, email);
    },

    /** Gives the destination of each that was revived. */
    reviveDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): string[] {
      const revived: string[] = [];
      for (const each of [...ids].sort((one, other) => one - other)) {
        const row = deadLetter.get(each) as { id: number; destination: string; lane: string } | undefined;
        if (row !== undefined) {
          const { id, destination, lane } = row;
          const state = open.last(destination, lane) === undefined ? 'ready' : 'waiting';
          revive.run(id, state, now);
          open.add({
            id,
            destination,
            lane,
            state,
            dueAt: now,
            quietMs: null,
            heldSince: null,
            untried: false,
          });
          revived.push(destination);
        }
      }
      return revived;
    },

    dismissDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): number {
      return ids.reduce((count, id) => count + Number(dismiss.run(id, now).changes), 0);
    },

    /** Gives the delivery's id; null for an unknown event, 0 where there is no room for another delivery of it. */
    sendAgain({ key, added, lane, now }: SendAgainRequest): number | null {
      const event = eventByKey.get(key) as
        | { sequence: number; key: string; experience_id: string | null }
        | undefined;
      if (event === undefined) {
        return null;
      }
      const [first, end] = idsOf(event.sequence);
      const last = lastIds.get(first, end, added.destination) as { id: number | null; replay: number | null };
      const id = last.id === null ? first : last.id + 1;
      if (id > end) {
        return 0;
      }
      const replay = last.replay === null ? 0 : last.replay + 1;
      addDeliveries(id, lane ?? event.experience_id ?? event.key, [deliveryRow(added)], replay, now);
      if (lane !== null) {
        setLane.run(id, lane);
      }
      return id;
    },

    /** Removes of these events those that may go; gives how many. */
    prune({ before, sequences }: { before: number; sequences: readonly number[] }): number {
      const gone = sequences.filter((sequence) => stillPrunable.get(before, sequence) !== undefined);
      for (const sequence of gone) {
        dropAttempts.run(...idsOf(sequence));
        dropDeliveries.run(...idsOf(sequence));
        dropBody.run(sequence);
        const { experience_id } = dropEvent.get(sequence) as { experience_id: string | null };
        if (experience_id !== null) {
          experiences.forget(experience_id, sequence);
        }
      }
      return gone.length;
    },

    resume({ destination }: { destination: string }): void {
      resume.run(destination);
    },

    /** Writes a little, as any event would. */
    probe(): void {
      putFact.run('', 'probed', String(Date.now()));
    },
  };
}

function idsOf(sequence: number): [first: number, last: number] {
  return [sequence * IDS_PER_EVENT, sequence * IDS_PER_EVENT + IDS_PER_EVENT - 1];
}

export type Operations = ReturnType<typeof prepareOperations>;
