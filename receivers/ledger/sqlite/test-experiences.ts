import type { DatabaseSync } from 'node:sqlite';
import type { TestExperience } from '../../contract/ledger-reader.ts';
import type { ExperienceName, KnownExperiences } from './known-experiences.ts';

/** Whether an event `e` has a delivery that is open. */
const OPEN = `EXISTS (
  SELECT 1 FROM deliveries d WHERE d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    AND d.state IN ('waiting', 'ready', 'running'))`;

/** Reads which experiences have only test events. */
export function prepareTestQueries(database: DatabaseSync) {
  const tested = database.prepare(`
    SELECT e.source, e.experience_id AS experienceId, x.name, h.events, NOT MAX(${OPEN}) AS settled
    FROM events e JOIN experiences x ON x.experience_id = e.experience_id AND x.source = e.source
      JOIN experience_heads h USING (id)
    WHERE e.origin = 'test' GROUP BY x.id HAVING COUNT(*) = h.events ORDER BY h.last_at DESC LIMIT ?
  `);
  return {
    testExperiences(limit: number): TestExperience[] {
      const rows = tested.all(limit) as unknown as (Omit<TestExperience, 'settled'> & { settled: number })[];
      return rows.map((row) => ({ ...row, settled: row.settled === 1 }));
    },
  };
}

/**
 * Removes an experience that has only test events; gives whether it did.
 *
 * @param removeEvent removes one event with all that belongs to it
 */
export function prepareTestRemoval(
  database: DatabaseSync,
  experiences: KnownExperiences,
  removeEvent: (sequence: number) => void,
) {
  const count = database.prepare('SELECT events FROM experience_heads WHERE id = ?');
  const event = database.prepare(
    `SELECT before_sequence AS before, origin = 'test' AND NOT ${OPEN} AS removable FROM events e WHERE sequence = ?`,
  );

  return ({ source, experienceId }: ExperienceName): boolean => {
    const known = experiences.find({ source, experienceId });
    if (known === undefined) {
      return false;
    }
    const sequences: number[] = [];
    for (let next: number | null = known.lastSequence; next !== null; ) {
      const row = event.get(next) as { before: number | null; removable: number } | undefined;
      if (row?.removable !== 1) {
        return false;
      }
      sequences.push(next);
      next = row.before;
    }
    if ((count.get(known.id) as { events: number }).events !== sequences.length) {
      return false;
    }
    for (const sequence of sequences) {
      removeEvent(sequence);
    }
    return true;
  };
}
