import type { DatabaseSync } from 'node:sqlite';

/** What the ledger knows of an experience after its last event; times are milliseconds since 1970. */
export interface KnownExperience {
  id: number;
  name: string | null;
  organizationId: string | null;
  source: string;
  firstAt: number;
  lastAt: number;
  /** The latest time that an event told of itself; null where none did. */
  latestOccurredAt: number | null;
  lastSequence: number;
}

/** An event that has just been written. */
export interface ExperienceNews {
  sequence: number;
  source: string;
  name: string | null;
  organizationId: string | null;
  occurredAt: number | null;
  receivedAt: number;
}

/** So many are held in memory; others are looked up. */
const HELD = 10_000;

/**
 * The experiences of the events. What each event changes stands in a narrow table, so that the events of one
 * commit touch few pages; and those that were met of late are in memory, since an event is compared with the
 * last of its experience.
 */
export class KnownExperiences {
  readonly #held = new Map<string, KnownExperience>();
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** What is known of an experience before the event at hand; undefined where it is new. */
  find(experienceId: string): KnownExperience | undefined {
    const held = this.#held.get(experienceId);
    if (held !== undefined) {
      return held;
    }
    const row = this.#statements.find.get(experienceId) as KnownExperience | undefined;
    if (row !== undefined) {
      this.#hold(experienceId, row);
    }
    return row;
  }

  /** Writes what an event tells of its experience; `known` is what {@link find} gave before it. */
  record(experienceId: string, known: KnownExperience | undefined, news: ExperienceNews): void {
    const { sequence, source, occurredAt } = news;
    const at = occurredAt ?? news.receivedAt;
    if (known === undefined) {
      this.#begin(experienceId, news, at);
      return;
    }
    const name = news.name ?? known.name;
    const organizationId = news.organizationId ?? known.organizationId;
    const firstAt = Math.min(known.firstAt, at);
    if (
      name !== known.name ||
      organizationId !== known.organizationId ||
      source !== known.source ||
      firstAt !== known.firstAt
    ) {
      Object.assign(known, { name, organizationId, source, firstAt });
      this.#statements.describe.run(known.id, name, organizationId, source, firstAt);
    }
    known.lastAt = Math.max(known.lastAt, at);
    known.latestOccurredAt = later(known.latestOccurredAt, occurredAt);
    known.lastSequence = sequence;
    this.#statements.advance.run(known.id, known.lastAt, known.latestOccurredAt, sequence);
  }

  /** Forgets an experience if its last event was this one, which is removed. */
  forget(experienceId: string, sequence: number): void {
    const known = this.find(experienceId);
    if (known?.lastSequence === sequence) {
      this.#held.delete(experienceId);
      this.#statements.dropHead.run(known.id);
      this.#statements.drop.run(known.id);
    }
  }

  #begin(experienceId: string, news: ExperienceNews, at: number): void {
    const { sequence, source, name, organizationId, occurredAt } = news;
    const { lastInsertRowid } = this.#statements.add.run(experienceId, name, organizationId, source, at);
    const id = Number(lastInsertRowid);
    this.#statements.addHead.run(id, at, occurredAt, sequence);
    this.#hold(experienceId, {
      id,
      name,
      organizationId,
      source,
      firstAt: at,
      lastAt: at,
      latestOccurredAt: occurredAt,
      lastSequence: sequence,
    });
  }

  #hold(experienceId: string, known: KnownExperience): void {
    if (this.#held.size >= HELD) {
      this.#held.delete(this.#held.keys().next().value as string);
    }
    this.#held.set(experienceId, known);
  }
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare(`
      SELECT id, name, organization_id AS organizationId, source, first_at AS firstAt, last_at AS lastAt,
        latest_occurred_at AS latestOccurredAt, last_sequence AS lastSequence
      FROM experiences JOIN experience_heads USING (id) WHERE experience_id = ?
    `),
    add: database.prepare(`
      INSERT INTO experiences (experience_id, name, organization_id, source, first_at) VALUES (?, ?, ?, ?, ?)
    `),
    addHead: database.prepare(`
      INSERT INTO experience_heads (id, events, last_at, latest_occurred_at, last_sequence) VALUES (?, 1, ?, ?, ?)
    `),
    describe: database.prepare(
      'UPDATE experiences SET name = ?2, organization_id = ?3, source = ?4, first_at = ?5 WHERE id = ?1',
    ),
    advance: database.prepare(`
      UPDATE experience_heads SET events = events + 1, last_at = ?2, latest_occurred_at = ?3, last_sequence = ?4
      WHERE id = ?1
    `),
    drop: database.prepare('DELETE FROM experiences WHERE id = ?'),
    dropHead: database.prepare('DELETE FROM experience_heads WHERE id = ?'),
  };
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
