import type { DatabaseSync } from 'node:sqlite';
import { experienceKey } from '../../contract/experience-key.ts';

/** What the ledger knows of an experience after its last event; times are milliseconds since 1970. */
export interface KnownExperience {
  id: number;
  name: string | null;
  organizationId: string | null;
  firstAt: number;
  lastAt: number;
  /** The latest time in the events themselves; null if no event has one. */
  latestOccurredAt: number | null;
  lastSequence: number;
}

/** Which experience: two sources may post the same id. */
export interface ExperienceName {
  source: string;
  experienceId: string;
}

/** An event that has just been written. */
export interface ExperienceNews {
  sequence: number;
  name: string | null;
  organizationId: string | null;
  occurredAt: number | null;
  receivedAt: number;
}

/** How many are held in memory; others are looked up. */
const HELD = 10_000;

/**
 * The experiences of the events. Those seen recently are in memory, since each event is compared with the last one of
 * its experience.
 */
export class KnownExperiences {
  readonly #held = new Map<string, KnownExperience>();
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database);
  }

  /** What is known about an experience before the event at hand; undefined if it is new. */
  find(experience: ExperienceName): KnownExperience | undefined {
    const { source, experienceId } = experience;
    const held = this.#held.get(experienceKey(source, experienceId));
    if (held !== undefined) {
      return held;
    }
    const row = this.#statements.find.get(experienceId, source) as KnownExperience | undefined;
    if (row !== undefined) {
      this.#hold(experience, row);
    }
    return row;
  }

  /** Writes what an event says about its experience; `known` is what {@link find} gave before it. */
  record(experience: ExperienceName, known: KnownExperience | undefined, news: ExperienceNews): void {
    const { sequence, occurredAt } = news;
    const at = occurredAt ?? news.receivedAt;
    if (known === undefined) {
      this.#begin(experience, news, at);
      return;
    }
    const name = news.name ?? known.name;
    const organizationId = news.organizationId ?? known.organizationId;
    const firstAt = Math.min(known.firstAt, at);
    if (name !== known.name || organizationId !== known.organizationId || firstAt !== known.firstAt) {
      Object.assign(known, { name, organizationId, firstAt });
      this.#statements.describe.run(known.id, name, organizationId, firstAt);
    }
    known.lastAt = Math.max(known.lastAt, at);
    known.latestOccurredAt = later(known.latestOccurredAt, occurredAt);
    known.lastSequence = sequence;
    this.#statements.advance.run(known.id, known.lastAt, known.latestOccurredAt, sequence);
  }

  /** Forgets an experience if its last event was this one, which is removed. */
  forget(experience: ExperienceName, sequence: number): void {
    const known = this.find(experience);
    if (known?.lastSequence === sequence) {
      this.#held.delete(experienceKey(experience.source, experience.experienceId));
      this.#statements.dropHead.run(known.id);
      this.#statements.drop.run(known.id);
    }
  }

  #begin(experience: ExperienceName, news: ExperienceNews, at: number): void {
    const { source, experienceId } = experience;
    const { sequence, name, organizationId, occurredAt } = news;
    const { lastInsertRowid } = this.#statements.add.run(source, experienceId, name, organizationId, at);
    const id = Number(lastInsertRowid);
    this.#statements.addHead.run(id, at, occurredAt, sequence);
    this.#hold(experience, {
      id,
      name,
      organizationId,
      firstAt: at,
      lastAt: at,
      latestOccurredAt: occurredAt,
      lastSequence: sequence,
    });
  }

  #hold({ source, experienceId }: ExperienceName, known: KnownExperience): void {
    if (this.#held.size >= HELD) {
      this.#held.delete(this.#held.keys().next().value as string);
    }
    this.#held.set(experienceKey(source, experienceId), known);
  }
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare(`
      SELECT id, name, organization_id AS organizationId, first_at AS firstAt, last_at AS lastAt,
        latest_occurred_at AS latestOccurredAt, last_sequence AS lastSequence
      FROM experiences JOIN experience_heads USING (id) WHERE experience_id = ? AND source = ?
    `),
    add: database.prepare(`
      INSERT INTO experiences (source, experience_id, name, organization_id, first_at) VALUES (?, ?, ?, ?, ?)
    `),
    addHead: database.prepare(`
      INSERT INTO experience_heads (id, events, last_at, latest_occurred_at, last_sequence) VALUES (?, 1, ?, ?, ?)
    `),
    describe: database.prepare(
      'UPDATE experiences SET name = ?2, organization_id = ?3, first_at = ?4 WHERE id = ?1',
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
