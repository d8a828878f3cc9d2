import { isDeepStrictEqual } from 'node:util';
import type { StoredConnection } from '../contract/connection.ts';

/** The longest value that the audit log repeats, in characters. */
const LONGEST_SHOWN = 80;

/** What changed, in sentences for the audit log: never a secret’s value. */
export function detailsOf(
  before: Pick<StoredConnection, 'title' | 'written' | 'name'> | null,
  after: Pick<StoredConnection, 'title' | 'written' | 'name'>,
  isSecret: (field: string) => boolean,
): string[] {
  const names = before === null ? [] : [change('name', before.name, after.name)];
  const titles = [change('title', before?.title ?? undefined, after.title ?? undefined)];
  const fields = [...new Set([...Object.keys(before?.written ?? {}), ...Object.keys(after.written)])];
  const values = fields.map((field) => {
    const [then, now] = [before?.written[field], after.written[field]];
    return isSecret(field) ? secretChange(field, then, now) : change(field, then, now);
  });
  return [...names, ...titles, ...values].filter((line) => line !== null);
}

function change(field: string, before: unknown, after: unknown): string | null {
  if (isDeepStrictEqual(before, after)) {
    return null;
  }
  if (before === undefined) {
    return `${field}: ${shown(after)}`;
  }
  return after === undefined ? `${field}: removed` : `${field}: ${shown(before)} → ${shown(after)}`;
}

function secretChange(field: string, before: unknown, after: unknown): string | null {
  if (isDeepStrictEqual(before, after)) {
    return null;
  }
  return `${field}: ${before === undefined ? 'set' : after === undefined ? 'removed' : 'replaced'}`;
}

function shown(value: unknown): string {
  const text =
    Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(', ') : value;
  const words = typeof text === 'string' ? text : JSON.stringify(text);
  return words.length <= LONGEST_SHOWN ? words : `${words.slice(0, LONGEST_SHOWN)}…`;
}
