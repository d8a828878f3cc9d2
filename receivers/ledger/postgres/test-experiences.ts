import type pg from 'pg';
import { orderingKey } from '../../contract/experience-key.ts';
import type { TestExperience } from '../../contract/ledger-reader.ts';
import { orderingKeyHash } from './write.ts';

const OPEN = `EXISTS (
  SELECT 1 FROM ledger.deliveries d WHERE d.sequence = e.sequence AND d.state IN ('waiting', 'ready', 'running'))`;

/** Experiences that have only test events, newest first. */
export async function readTestExperiences(pool: pg.Pool, limit: number): Promise<TestExperience[]> {
  const { rows } = await pool.query<TestExperience>(
    `SELECT x.source, x.experience_id AS "experienceId", x.name, x.events, NOT bool_or(${OPEN}) AS settled
    FROM ledger.events e JOIN ledger.experiences x USING (ordering_key)
    WHERE e.origin = 'test' AND e.experience_id IS NOT NULL
    GROUP BY x.ordering_key HAVING count(*) = x.events ORDER BY x.last_at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Judged and removed under the lock of its ordering key: nothing of the experience is accepted meanwhile. */
const REMOVE = `
  WITH gone AS (
    SELECT x.ordering_key, array_agg(e.sequence) AS sequences
    FROM ledger.experiences x JOIN ledger.events e USING (ordering_key)
    WHERE x.ordering_key = $1 GROUP BY x.ordering_key
    HAVING bool_and(e.origin = 'test' AND NOT ${OPEN}) AND count(*) = x.events
  ), attempts AS (
    DELETE FROM ledger.attempts a USING ledger.deliveries d, gone
    WHERE d.sequence = ANY (gone.sequences) AND a.delivery_id = d.id
  ), deliveries AS (
    DELETE FROM ledger.deliveries d USING gone WHERE d.sequence = ANY (gone.sequences)
  ), bodies AS (
    DELETE FROM ledger.bodies b USING gone WHERE b.sequence = ANY (gone.sequences)
  ), facts AS (
    DELETE FROM ledger.facts f USING ledger.events e, gone
    WHERE e.sequence = ANY (gone.sequences) AND f.destination = 'change-log' AND f.key = e.key
  ), events AS (
    DELETE FROM ledger.events e USING gone WHERE e.sequence = ANY (gone.sequences)
  )
  DELETE FROM ledger.experiences x USING gone WHERE x.ordering_key = gone.ordering_key`;

/** Removes an experience that has only test events and nothing open; gives whether it did. */
export async function removeTestExperience(
  pool: pg.Pool,
  source: string,
  experienceId: string,
): Promise<boolean> {
  const key = orderingKeyHash(orderingKey({ source, experienceId, key: '' }));
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT ledger.lock_ordering_keys(ARRAY[$1::bigint])', [key]);
    const { rowCount } = await client.query(REMOVE, [key]);
    await client.query('COMMIT');
    client.release();
    return rowCount === 1;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
