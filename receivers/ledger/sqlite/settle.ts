import type { DatabaseSync } from 'node:sqlite';
import type { DestinationHealth, Settlement } from '../../contract/delivery.ts';
import { waitMs } from '../wait.ts';
import type { DeliveryLine } from './delivery-line.ts';

export interface SettleRequest {
  id: number;
  settlement: Settlement;
  health: DestinationHealth;
  /** How long the destination's pause is from now, milliseconds; 0 for none. */
  pauseMs: number;
}

const DONE = { reason: null, uncertain: false };

/** Records outcomes of attempts, and what destinations want to remember. */
export function prepareSettlements(database: DatabaseSync, line: DeliveryLine) {
  const tries = database.prepare('SELECT tries FROM deliveries WHERE id = ?');
  const finish = database.prepare(
    'UPDATE deliveries SET state = ?2, reason = ?3, finished_at = ?4, uncertain = ?5 WHERE id = ?1',
  );
  const retryLater = database.prepare(`
    UPDATE deliveries SET state = 'ready', reason = ?2, due_at = ?3, wait_ms = ?4, attempts = attempts - ?5,
      uncertain = ?6
    WHERE id = ?1
  `);
  const insertAttempt = database.prepare(`
    INSERT INTO attempts (delivery_id, number, started_at, finished_at, outcome, note, answer)
    VALUES (?, ?, ?, ?, ?, ?, ?)
  `);
  const health = prepareHealth(database);
  const facts = prepareFacts(database);

  return {
    /** Writes an attempt and its consequences. Gives in how many ms the next delivery in line is due, null for none. */
    settle({ id, settlement, health: destinationHealth, pauseMs }: SettleRequest): number | null {
      const delivery = line.open.running(id);
      // It is written already: the answer was lost, and the caller asks once more.
      if (delivery === undefined) {
        return null;
      }
      const { outcome, startedAt, finishedAt } = settlement;
      const note = outcome.type === 'done' ? (outcome.note ?? null) : outcome.reason;
      const number = (tries.get(id) as { tries: number }).tries;
      const type = settlement.state === 'dead' ? 'dead' : outcome.type;
      insertAttempt.run(id, number, startedAt, finishedAt, type, note, outcome.answer ?? null);
      health.write(destinationHealth, pauseMs);
      facts.write(delivery.destination, outcome.remember);
      if (settlement.state === 'ready') {
        const { dueAt, attemptCounts, uncertain } = settlement;
        const wait = waitMs(dueAt, finishedAt);
        retryLater.run(id, note, dueAt, wait, attemptCounts ? 0 : 1, uncertain ? 1 : 0);
        line.open.ready(delivery, line.dueIn(wait));
        return wait;
      }
      const { reason, uncertain } = settlement.state === 'dead' ? settlement : DONE;
      finish.run(id, settlement.state, reason, finishedAt, uncertain ? 1 : 0);
      return line.leave(delivery);
    },

    remember({
      destination,
      facts: remembered,
    }: {
      destination: string;
      facts: Record<string, string>;
    }): void {
      facts.write(destination, remembered);
    },

    resume({ destination }: { destination: string }): void {
      health.endPause(destination);
    },

    /** Writes a little, as any event would. */
    probe(): void {
      facts.write('', { probed: String(Date.now()) });
    },
  };
}

function prepareHealth(database: DatabaseSync) {
  const putHealth = database.prepare(`
    INSERT INTO health (destination, paused_until, pause_ms, pause_reason, failures, failing_since, last_success_at,
      last_failure_at, last_failure, probing)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (destination) DO UPDATE SET paused_until = excluded.paused_until, pause_ms = excluded.pause_ms,
      pause_reason = excluded.pause_reason, failures = excluded.failures,
      failing_since = excluded.failing_since, last_success_at = excluded.last_success_at,
      last_failure_at = excluded.last_failure_at, last_failure = excluded.last_failure, probing = excluded.probing
  `);
  const endPause = database.prepare(
    'UPDATE health SET paused_until = 0, pause_ms = 0, pause_reason = NULL WHERE destination = ?',
  );

  return {
    write(health: DestinationHealth, pauseMs: number): void {
      putHealth.run(
        health.destination,
        health.pausedUntil,
        Math.round(pauseMs),
        health.pauseReason,
        health.failures,
        health.failingSince,
        health.lastSuccessAt,
        health.lastFailureAt,
        health.lastFailure,
        health.probing ? 1 : 0,
      );
    },

    endPause(destination: string): void {
      endPause.run(destination);
    },
  };
}

function prepareFacts(database: DatabaseSync) {
  const putFact = database.prepare(`
    INSERT INTO facts (destination, key, value) VALUES (?, ?, ?)
    ON CONFLICT (destination, key) DO UPDATE SET value = excluded.value
  `);

  return {
    write(destination: string, facts: Record<string, string> = {}): void {
      for (const [key, value] of Object.entries(facts)) {
        putFact.run(destination, key, value);
      }
    },
  };
}
