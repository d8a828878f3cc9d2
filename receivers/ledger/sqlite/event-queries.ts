import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { DeliveryState } from '../../contract/delivery.ts';
import type { StoredEvent } from '../../contract/event.ts';
import type {
  EventFilter,
  EventSummary,
  ExperienceFilter,
  ExperienceSummary,
} from '../../contract/ledger-reader.ts';
import { type BodyRow, type EventRow, eventWithoutBody, storedEvent } from './rows.ts';

/** The condition for an event `e` received before ?1 that may be removed: none of its deliveries is open or dead. */
export const PRUNABLE = `e.received_at < ?1 AND NOT EXISTS (
  SELECT 1 FROM deliveries d WHERE d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    AND d.state IN ('waiting', 'ready', 'running', 'dead'))`;

/** The last ?2 events of the experience ?1 of the source ?3: each names the one before. */
const KNOWN_EVENTS = `
  WITH RECURSIVE known (sequence, before_sequence, received_at, triggered_by) AS (
    SELECT e.sequence, e.before_sequence, e.received_at, e.triggered_by
      FROM experiences x JOIN experience_heads h USING (id) JOIN events e ON e.sequence = h.last_sequence
    WHERE x.experience_id = ?1 AND x.source = ?3
    UNION ALL
    SELECT e.sequence, e.before_sequence, e.received_at, e.triggered_by
      FROM known k JOIN events e ON e.sequence = k.before_sequence
    LIMIT ?2
  )`;

/** What is read of events and experiences. */
export function prepareEventQueries(database: DatabaseSync) {
  const eventByKey = database.prepare(
    'SELECT e.*, b.body, b.headers FROM events e JOIN bodies b USING (sequence) WHERE e.key = ?',
  );
  const history = database.prepare(`
    ${KNOWN_EVENTS}
    -- CROSS JOIN keeps this order of the joins: from a small ledger's statistics, SQLite would scan all bodies
    SELECT e.*, b.body, b.headers FROM known CROSS JOIN events e USING (sequence)
      CROSS JOIN bodies b USING (sequence)
    ORDER BY e.occurred_at, e.sequence
  `);
  const historyEntries = database.prepare(`
    ${KNOWN_EVENTS}
    SELECT json_group_array(json_array(sequence, received_at, triggered_by)) AS entries FROM known
  `);
  const eventsOf = database.prepare(`
    SELECT e.*, b.body, b.headers FROM json_each(?) wanted CROSS JOIN events e ON e.sequence = wanted.value
      CROSS JOIN bodies b USING (sequence)
  `);
  const stateCounts = database.prepare(
    'SELECT state, COUNT(*) AS count FROM deliveries WHERE id BETWEEN ?1 * 1000 AND ?1 * 1000 + 999 GROUP BY state',
  );
  const prunable = database.prepare(
    `SELECT sequence FROM events e WHERE ${PRUNABLE} ORDER BY received_at LIMIT ?2`,
  );

  return {
    event(key: string): StoredEvent | null {
      const row = eventByKey.get(key) as (EventRow & BodyRow) | undefined;
      return row === undefined ? null : storedEvent(row);
    },

    events(filter: EventFilter): EventSummary[] {
      const { where, values } = eventConditions(filter);
      const rows = database
        .prepare(`SELECT e.* FROM events e ${where} ORDER BY e.sequence DESC LIMIT ?`)
        .all(...values, filter.limit) as unknown as EventRow[];
      return rows.map((row) => {
        const counts = stateCounts.all(row.sequence) as { state: DeliveryState; count: number }[];
        return {
          ...eventWithoutBody(row),
          deliveries: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
        };
      });
    },

    history({ source, experienceId, limit }: HistoryRequest): StoredEvent[] {
      const rows = history.all(experienceId, limit, source) as unknown as (EventRow & BodyRow)[];
      return rows.map(storedEvent);
    },

    /** As JSON, which costs less to hand to another thread than the many small lists in it. */
    historyEntries({ source, experienceId, limit }: HistoryRequest): string {
      return (historyEntries.get(experienceId, limit, source) as { entries: string }).entries;
    },

    eventsOf(sequences: readonly number[]): StoredEvent[] {
      const rows = eventsOf.all(JSON.stringify(sequences)) as unknown as (EventRow & BodyRow)[];
      return rows.map(storedEvent);
    },

    experiences(filter: ExperienceFilter): ExperienceSummary[] {
      const rows = database
        .prepare(`
          SELECT experience_id AS experienceId, name, organization_id AS organizationId, source,
            first_at AS firstAt, last_at AS lastAt, events
          FROM experiences JOIN experience_heads USING (id)
          WHERE (?1 IS NULL OR name LIKE ?1 ESCAPE '\\') AND (?2 IS NULL OR last_at < ?2)
            AND (?4 IS NULL OR experience_id = ?4) AND (?5 IS NULL OR source = ?5)
          ORDER BY last_at DESC LIMIT ?3
        `)
        .all(
          filter.search === undefined ? null : containing(filter.search),
          filter.beforeLastAt ?? null,
          filter.limit,
          filter.experienceId ?? null,
          filter.source ?? null,
        );
      return rows.map((row) => ({ ...row })) as unknown as ExperienceSummary[];
    },

    /** The sequences of the oldest events that may be removed. */
    prunable({ before, limit }: { before: number; limit: number }): number[] {
      return (prunable.all(before, limit) as { sequence: number }[]).map(({ sequence }) => sequence);
    },
  };
}

interface HistoryRequest {
  source: string;
  experienceId: string;
  limit: number;
}

function eventConditions(filter: EventFilter): { where: string; values: SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...added: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...added);
  };
  if (filter.action !== undefined) add('e.action = ?', filter.action);
  if (filter.experienceId !== undefined) add('e.experience_id = ?', filter.experienceId);
  if (filter.source !== undefined) add('e.source = ?', filter.source);
  if (filter.origin !== undefined) add('e.origin = ?', filter.origin);
  if (filter.receivedFrom !== undefined) add('e.received_at >= ?', filter.receivedFrom);
  if (filter.receivedTo !== undefined) add('e.received_at < ?', filter.receivedTo);
  if (filter.beforeSequence !== undefined) add('e.sequence < ?', filter.beforeSequence);
  if (filter.problem !== undefined) add(`e.problem IS ${filter.problem ? 'NOT ' : ''}NULL`);
  if (filter.search !== undefined) {
    add(
      "(e.experience_name LIKE ? ESCAPE '\\' OR e.experience_id = ? OR e.key = ?)",
      containing(filter.search),
      filter.search,
      filter.search,
    );
  }
  if (filter.destination !== undefined || filter.state !== undefined) {
    add(
      `EXISTS (SELECT 1 FROM deliveries d WHERE d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
        AND d.destination = COALESCE(?, d.destination) AND d.state = COALESCE(?, d.state))`,
      filter.destination ?? null,
      filter.state ?? null,
    );
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** A LIKE pattern for text that contains this, whatever characters it has. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
