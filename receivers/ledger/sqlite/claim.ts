import type { DatabaseSync } from 'node:sqlite';
import type { ClaimedDelivery } from '../../contract/delivery.ts';
import { deliveryIds, IDS_PER_EVENT } from './delivery-ids.ts';
import type { DeliveryLine } from './delivery-line.ts';
import { type BodyRow, type EventRow, storedEvent } from './rows.ts';

export interface ClaimRequest {
  destination: string;
  limit: number;
}

export interface Claim {
  claimed: Omit<ClaimedDelivery, 'probe'>[];
  /** In how many milliseconds the next delivery of each requested destination is due; null for none. */
  nextDueInMs: Record<string, number | null>;
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

/** Hands out due deliveries, and makes those ready again that no process is attempting anymore. */
export function prepareClaims(database: DatabaseSync, line: DeliveryLine) {
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
  const markUncertain = database.prepare("UPDATE deliveries SET state = 'ready', uncertain = 1 WHERE id = ?");

  /** Also of a delivery that is sent again: what the event's first delivery included stays included. */
  function mergedInto({ action, sequence }: ClaimedRow, destination: string): string[] {
    return action === 'updateExperience'
      ? (mergedKeys.all(...deliveryIds(sequence), destination) as { key: string }[]).map(({ key }) => key)
      : [];
  }

  function hand(id: number, destination: string): Claim['claimed'][number] {
    markRunning.run(id);
    const row = claimed.get(id) as unknown as ClaimedRow;
    return {
      id,
      eventKey: row.key,
      destination,
      route: row.route,
      attempt: row.attempts,
      uncertain: row.uncertain === 1,
      replay: row.replay,
      createdAt: row.created_at,
      event: storedEvent(row),
      merged: mergedInto(row, destination),
    };
  }

  return {
    claim(requests: readonly ClaimRequest[]): Claim {
      const handed: Claim['claimed'] = [];
      const nextDueInMs: Claim['nextDueInMs'] = {};
      for (const { destination, limit } of requests) {
        for (const { id } of line.open.take(destination, line.clock.now(), limit)) {
          handed.push(hand(id, destination));
        }
        const due = line.open.nextDue(destination);
        nextDueInMs[destination] = due === null ? null : line.msUntil(due);
      }
      return { claimed: handed, nextDueInMs };
    },

    /** After a crash, whatever was running may have arrived. Leaves out those that are still in progress. */
    recover(inProgress: readonly number[]): void {
      const running = new Set(inProgress);
      for (const delivery of line.open.allRunning()) {
        if (!running.has(delivery.id)) {
          markUncertain.run(delivery.id);
          line.open.ready(delivery, delivery.due);
        }
      }
    },
  };
}
