import { invalid } from './errors.ts';

/** A field mask as a tree; an empty one means everything below. */
export interface FieldMask {
  [field: string]: FieldMask;
}

/**
 * Reads a field mask such as `a,b.c,d(e,f/g)`; `*` is everything.
 * https://developers.google.com/workspace/sheets/api/guides/field-masks
 */
export function readFieldMask(text: string): FieldMask {
  const [mask, end] = readList(text, 0);
  if (end !== text.length) {
    throw invalid(`Invalid field selection ${text}`);
  }
  return mask;
}

function readList(text: string, from: number): [FieldMask, number] {
  const mask: FieldMask = {};
  let at = from;
  for (;;) {
    const path = /^[\w*]+(?:[./][\w*]+)*/.exec(text.slice(at))?.[0];
    if (path === undefined) {
      throw invalid(`Invalid field selection ${text}`);
    }
    at += path.length;
    let leaf = mask;
    for (const name of path.split(/[./]/)) {
      leaf[name] ??= {};
      leaf = leaf[name];
    }
    if (text[at] === '(') {
      const [below, end] = readList(text, at + 1);
      if (text[end] !== ')') {
        throw invalid(`Invalid field selection ${text}`);
      }
      Object.assign(leaf, below);
      at = end + 1;
    }
    if (text[at] !== ',') {
      return [mask, at];
    }
    at += 1;
  }
}

/** The parts of a document that the mask names. */
export function masked(document: unknown, mask: FieldMask): unknown {
  const names = Object.keys(mask);
  if (names.length === 0 || names.includes('*') || typeof document !== 'object' || document === null) {
    return document;
  }
  if (Array.isArray(document)) {
    return document.map((each) => masked(each, mask));
  }
  const chosen: Record<string, unknown> = {};
  for (const [name, below] of Object.entries(mask)) {
    const value = (document as Record<string, unknown>)[name];
    if (value !== undefined) {
      chosen[name] = masked(value, below);
    }
  }
  return chosen;
}
