import express, { type Request } from 'express';

/** Reads a form that a page has sent. */
export const readForm = express.urlencoded({ extended: false, limit: '64kb' });

/** A field of a form, or of a query; null if it is missing. The first value if there are several. */
export function fieldOf(fields: Request['body'] | Request['query'], name: string): string | null {
  return valuesOf(fields, name)[0] ?? null;
}

/** All values of a field. */
export function valuesOf(fields: Request['body'] | Request['query'], name: string): string[] {
  const value: unknown = fields?.[name];
  return value === undefined ? [] : [value].flat().map(String);
}
