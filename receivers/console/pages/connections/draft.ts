import type { Request } from 'express';
import type { Connection, Draft, Field, Form } from '../../../operations/connections.ts';
import { fieldOf, valuesOf } from '../form.ts';

/** The names of a form’s inputs: `values.quietHours.from`. */
export const inputName = (path: readonly string[]): string => ['values', ...path].join('.');

/** Ticked to remove a secret that has a value. */
export const removeName = (path: readonly string[]): string => ['remove', ...path].join('.');

/** The draft that a person sent with a form. What was left empty is left out. */
export function readDraft(form: Form, changed: Connection | null, body: Request['body']): Draft {
  const setBy = changed?.setBy.by === 'console' ? changed.setBy : null;
  const version = Number(fieldOf(body, 'version'));
  return {
    kind: form.kind,
    id: setBy?.id ?? null,
    // The version that the person saw, which may be older than the one there is now.
    version: setBy === null ? null : Number.isInteger(version) ? version : setBy.version,
    ...(form.type !== null && { type: form.type }),
    ...entered('name', body),
    ...entered('title', body),
    values: valuesIn(form.fields, [], changed?.fixed ?? {}, body),
  };
}

function entered(name: 'name' | 'title', body: Request['body']): Partial<Draft> {
  const text = fieldOf(body, name)?.trim() ?? '';
  return text === '' ? {} : { [name]: text };
}

function valuesIn(
  fields: readonly Field[],
  path: readonly string[],
  fixed: Readonly<Record<string, string>>,
  body: Request['body'],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    if (path.length === 0 && fixed[field.name] !== undefined) {
      continue;
    }
    const value = valueIn(field, [...path, field.name], body);
    if (value !== undefined) {
      values[field.name] = value;
    }
  }
  return values;
}

function valueIn(field: Field, path: readonly string[], body: Request['body']): unknown {
  if (field.input === 'group') {
    const values = valuesIn(field.fields, path, {}, body);
    return Object.keys(values).length === 0 ? undefined : values;
  }
  const texts = valuesOf(body, inputName(path))
    .flatMap((text) => (field.input === 'list' ? text.split(/\r?\n/) : [text]))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (texts.length > 0) {
    return field.input === 'list' ? texts : texts[0];
  }
  return field.secret && fieldOf(body, removeName(path)) !== null ? null : undefined;
}
