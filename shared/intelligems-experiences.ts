import { type Experience, isRecord, readExperience } from './events.ts';

/** An experience as the External API gives it. All times are milliseconds since 1970. */
export interface ApiExperience extends Experience {
  /** The myshopify domain or another link that previews start from; null if there is none. */
  linkBaseUrl: string | null;
  isDeleted: boolean;
  archivedAtTs: number | null;
  /** What people did to it, with their email addresses: only in lists, else empty. */
  people: HistoryEntry[];
  /** Newest first; empty unless the change log was requested. */
  changeLog: ChangeLogEntry[];
  /** The document as it came, with every field that is unknown here. */
  document: Record<string, unknown>;
}

/** Something a person did, under the vendor's name for it: startExperience, saveExperience, … */
export interface HistoryEntry {
  action: string;
  email: string | null;
  at: number;
}

export interface ChangeLogEntry {
  at: number;
  /** An email address, without the name that the vendor puts before it; null if no one is named. */
  email: string | null;
  /** What differs, by kind of entity (experience, variations, …), as it came. */
  change: Record<string, unknown>;
}

/** One page of the list. */
export interface ExperiencePage {
  experiences: ApiExperience[];
  page: number;
  totalPages: number;
  total: number;
}

/** Reads an experience document of the External API. Never throws; null for what has no id. */
export function readApiExperience(value: unknown): ApiExperience | null {
  if (!isRecord(value) || typeof value.id !== 'string' || value.id === '') {
    return null;
  }
  const experience = readExperience(value, value.id);
  return {
    ...experience,
    linkBaseUrl: typeof value.linkBaseUrl === 'string' ? value.linkBaseUrl : null,
    isDeleted: value.isDeleted === true,
    archivedAtTs: typeof value.archivedAtTs === 'number' ? value.archivedAtTs : null,
    people: records(value.history).flatMap(readHistoryEntry),
    changeLog: records(value.changeLog).flatMap(readChangeLogEntry),
    document: value,
  };
}

/** Reads a page of `GET /experiences-list`; null if the response is not valid. */
export function readExperiencePage(value: unknown): ExperiencePage | null {
  if (!isRecord(value) || !Array.isArray(value.experiencesList)) {
    return null;
  }
  const experiences = value.experiencesList.map(readApiExperience).filter((each) => each !== null);
  return {
    experiences,
    page: typeof value.page === 'number' ? value.page : 1,
    totalPages: typeof value.totalPages === 'number' ? value.totalPages : 1,
    total: typeof value.total === 'number' ? value.total : experiences.length,
  };
}

function readHistoryEntry(entry: Record<string, unknown>): HistoryEntry[] {
  if (typeof entry.action !== 'string' || typeof entry.createdAtTs !== 'number') {
    return [];
  }
  const email = isRecord(entry.user) && typeof entry.user.email === 'string' ? entry.user.email : null;
  return [{ action: entry.action, email, at: entry.createdAtTs }];
}

function readChangeLogEntry(entry: Record<string, unknown>): ChangeLogEntry[] {
  if (typeof entry.actionTs !== 'number' || !isRecord(entry.change)) {
    return [];
  }
  const named = typeof entry.performedBy === 'string' ? entry.performedBy : '';
  const email = /<([^<>]+)>\s*$/.exec(named)?.[1] ?? named.trim();
  return [{ at: entry.actionTs, email: email === '' ? null : email, change: entry.change }];
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
