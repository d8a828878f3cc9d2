import type { DatabaseSync } from 'node:sqlite';
import { orderingKey } from '../../contract/experience-key.ts';
import { CHANGE_LOG } from '../../contract/ledger.ts';
import type { AcceptRow } from './accept-row.ts';
import { prepareClaims } from './claim.ts';
import { deliveryIds, IDS_PER_EVENT } from './delivery-ids.ts';
import { DeliveryLine } from './delivery-line.ts';
import { PRUNABLE } from './event-queries.ts';
import { KnownExperiences } from './known-experiences.ts';
import { prepareReplays } from './replay.ts';
import { prepareSettingsChanges } from './settings.ts';
import { prepareSettlements } from './settle.ts';
import { prepareTestRemoval } from './test-experiences.ts';

/**
 * Everything that writes to the ledger, as functions over one connection. They run inside a transaction that the
 * caller opens and commits, so that many share one commit. Prepare them again after a rollback: they hold
 * open deliveries in memory.
 */
export function prepareOperations(database: DatabaseSync) {
  const experiences = new KnownExperiences(database);
  const line = new DeliveryLine(database);
  const removeEvent = prepareRemoval(database, experiences);
  const setTrigger = database.prepare('UPDATE events SET triggered_by = ?2 WHERE key = ?1');
  return {
    accept: prepareAccept(database, experiences, line),
    ...prepareClaims(database, line),
    ...prepareSettlements(database, line),
    ...prepareReplays(database, line),
    ...prepareSettingsChanges(database),
    prune: preparePrune(database, removeEvent),
    removeTestExperience: prepareTestRemoval(database, experiences, removeEvent),
    nameTrigger({ key, email }: { key: string; email: string }): void {
      setTrigger.run(key, email);
    },
  };
}

export type Operations = ReturnType<typeof prepareOperations>;

function prepareAccept(database: DatabaseSync, experiences: KnownExperiences, line: DeliveryLine) {
  const insertEvent = database.prepare(`
    INSERT INTO events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, late, before_sequence)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO NOTHING
  `);
  const insertBody = database.prepare('INSERT INTO bodies (sequence, body, headers) VALUES (?, ?, ?)');

  /** Gives the sequence of the event; 0 for a duplicate. */
  return ([columns, headers, deliveries]: AcceptRow, body: Uint8Array): number => {
    const [key, source, , action, experienceId, name, organizationId, occurredAt, receivedAt] = columns;
    const before = experienceId === null ? undefined : experiences.find({ source, experienceId });
    const latest = before?.latestOccurredAt ?? null;
    const late = latest !== null && occurredAt !== null && occurredAt < latest;
    const previous = before?.lastSequence ?? null;
    const { changes, lastInsertRowid } = insertEvent.run(...columns, late ? 1 : 0, previous);
    if (changes === 0) {
      return 0;
    }
    const sequence = Number(lastInsertRowid);
    insertBody.run(sequence, body, headers);
    if (experienceId !== null && action !== null) {
      const news = { sequence, name, organizationId, occurredAt, receivedAt };
      experiences.record({ source, experienceId }, before, news);
    }
    const orderedBy = orderingKey({ source, experienceId, key });
    line.add(sequence * IDS_PER_EVENT, orderedBy, deliveries, 0, receivedAt);
    return sequence;
  };
}

function preparePrune(database: DatabaseSync, removeEvent: (sequence: number) => void) {
  const stillPrunable = database.prepare(`SELECT 1 FROM events e WHERE sequence = ?2 AND ${PRUNABLE}`);

  /** Removes those of these events that may go; gives how many. */
  return ({ before, sequences }: { before: number; sequences: readonly number[] }): number => {
    const gone = sequences.filter((sequence) => stillPrunable.get(before, sequence) !== undefined);
    for (const sequence of gone) {
      removeEvent(sequence);
    }
    return gone.length;
  };
}

/** Removes an event with all that belongs to it. */
function prepareRemoval(database: DatabaseSync, experiences: KnownExperiences) {
  const dropAttempts = database.prepare('DELETE FROM attempts WHERE delivery_id BETWEEN ? AND ?');
  const dropDeliveries = database.prepare('DELETE FROM deliveries WHERE id BETWEEN ? AND ?');
  const dropBody = database.prepare('DELETE FROM bodies WHERE sequence = ?');
  const dropEvent = database.prepare(
    'DELETE FROM events WHERE sequence = ? RETURNING key, source, experience_id AS experienceId',
  );
  const dropFact = database.prepare('DELETE FROM facts WHERE destination = ? AND key = ?');

  return (sequence: number): void => {
    dropAttempts.run(...deliveryIds(sequence));
    dropDeliveries.run(...deliveryIds(sequence));
    dropBody.run(sequence);
    const { key, source, experienceId } = dropEvent.get(sequence) as {
      key: string;
      source: string;
      experienceId: string | null;
    };
    dropFact.run(CHANGE_LOG, key);
    if (experienceId !== null) {
      experiences.forget({ source, experienceId }, sequence);
    }
  };
}
