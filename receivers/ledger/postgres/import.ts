import type pg from 'pg';
import type { DeliveryState } from '../../contract/delivery.ts';
import { orderingKey } from '../../contract/experience-key.ts';
import type { DeliveryRecord, ExportedDelivery, ExportedEvent } from '../../contract/ledger-reader.ts';
import { byteArrays, orderingKeyHash, storable } from './write.ts';

const OPEN: readonly DeliveryState[] = ['waiting', 'ready', 'running'];

/** Which delivery, by what it has in every ledger. */
interface Name {
  key: string;
  destination: string;
  replay: number;
}

/**
 * Takes over events of another ledger, in its order, page by page. An event whose key is here already is
 * left as it is here, so that an import may be run again after it was cut off.
 */
export class Import {
  readonly #pool: pg.Pool;
  /** Merged deliveries by ordering key and destination whose later one has not come yet. */
  readonly #merged = new Map<string, Name[]>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Writes a page in one transaction; gives how many of its events are new here. */
  async add(events: readonly ExportedEvent[]): Promise<number> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      const sequences = await writeEvents(client, events);
      await this.#writeDeliveries(client, events, sequences);
      await client.query('COMMIT');
      client.release();
      return sequences.filter((sequence) => sequence > 0).length;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #writeDeliveries(
    client: pg.PoolClient,
    events: readonly ExportedEvent[],
    sequences: readonly number[],
  ): Promise<void> {
    const all = events.flatMap((event, index) =>
      event.deliveries.map((delivery) => ({
        delivery,
        hash: orderingKeyHash(delivery.orderingKey ?? orderingKey(event)),
        sequence: sequences[index] as number,
      })),
    );
    const added = all.filter(({ sequence }) => sequence > 0);
    const deliveries = added.map(({ delivery }) => delivery);
    const { rows } = await client.query<{ ids: number[] | null }>(
      `SELECT ledger.import_deliveries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS ids`,
      [
        added.map(({ sequence }) => sequence),
        deliveries.map(({ destination }) => destination),
        deliveries.map(({ route }) => route),
        added.map(({ hash }) => hash),
        deliveries.map(({ state }) => (OPEN.includes(state) ? 'waiting' : state)),
        deliveries.map(({ dueAt }) => dueAt),
        deliveries.map(({ attempts }) => attempts),
        // Attempts that were in progress there may have arrived.
        deliveries.map(({ state, uncertain }) => uncertain || state === 'running'),
        deliveries.map(({ replay }) => replay),
        deliveries.map(({ reason }) => storable(reason)),
        deliveries.map(({ createdAt }) => createdAt),
        deliveries.map(({ finishedAt }) => finishedAt),
      ],
    );
    const ids = rows[0]?.ids ?? [];
    // The function takes every attempt for one that counts.
    await client.query(
      `UPDATE ledger.deliveries d SET attempts = c.attempts
      FROM unnest($1::bigint[], $2::integer[]) AS c (id, attempts) WHERE d.id = c.id AND d.attempts <> c.attempts`,
      [ids, deliveries.map(({ countedAttempts }) => countedAttempts)],
    );
    await writeAttempts(client, deliveries, ids);
    for (const { delivery, hash } of all) {
      await this.#merge(client, delivery, hash);
    }
  }

  /** Bursts of updates merge into the next delivery with the same ordering key that is not merged itself. */
  async #merge(
    client: pg.PoolClient,
    { eventKey: key, destination, replay, state }: DeliveryRecord,
    hash: string,
  ): Promise<void> {
    const place = `${hash} ${destination}`;
    const before = this.#merged.get(place) ?? [];
    if (state === 'merged') {
      this.#merged.set(place, [...before, { key, destination, replay }]);
    } else if (before.length > 0) {
      this.#merged.delete(place);
      const id = 'SELECT d.id FROM ledger.deliveries d JOIN ledger.events e USING (sequence)';
      await client.query(
        `UPDATE ledger.deliveries SET merged_into = (${id} WHERE e.key = $1 AND d.destination = $2 AND d.replay = $3)
        WHERE state = 'merged' AND id IN (
          ${id} JOIN unnest($4::text[], $5::integer[]) AS m (key, replay) ON m.key = e.key AND m.replay = d.replay
          WHERE d.destination = $2
        )`,
        [
          storable(key),
          destination,
          replay,
          before.map((each) => storable(each.key)),
          before.map((each) => each.replay),
        ],
      );
    }
  }
}

async function writeEvents(client: pg.PoolClient, events: readonly ExportedEvent[]): Promise<number[]> {
  const { rows } = await client.query<{ sequences: number[] }>(
    'SELECT ledger.import_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS sequences',
    [
      events.map(({ key }) => storable(key)),
      events.map(({ source }) => storable(source)),
      events.map(({ origin }) => origin),
      events.map(({ action }) => storable(action)),
      events.map(({ experienceId }) => storable(experienceId)),
      events.map(({ experienceName }) => storable(experienceName)),
      events.map(({ organizationId }) => storable(organizationId)),
      events.map(({ occurredAt }) => occurredAt),
      events.map(({ receivedAt }) => receivedAt),
      events.map(({ problem }) => storable(problem)),
      events.map((event) => orderingKeyHash(orderingKey(event))),
      byteArrays(events.map(({ body }) => body)),
      events.map(({ headers }) => JSON.stringify(headers)),
      events.map(({ late }) => late),
      events.map(({ triggeredBy }) => storable(triggeredBy)),
    ],
  );
  return rows[0]?.sequences ?? [];
}

async function writeAttempts(
  client: pg.PoolClient,
  deliveries: readonly ExportedDelivery[],
  ids: readonly number[],
): Promise<void> {
  const attempts = deliveries.flatMap(({ attemptRecords }, index) =>
    attemptRecords.map((attempt) => ({ ...attempt, deliveryId: ids[index] })),
  );
  await client.query(
    `INSERT INTO ledger.attempts (delivery_id, number, started_at, finished_at, outcome, note, answer)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])`,
    [
      attempts.map(({ deliveryId }) => deliveryId),
      attempts.map(({ number }) => number),
      attempts.map(({ startedAt }) => startedAt),
      attempts.map(({ finishedAt }) => finishedAt),
      attempts.map(({ outcome }) => outcome),
      attempts.map(({ note }) => storable(note)),
      attempts.map(({ answer }) => storable(answer)),
    ],
  );
}
