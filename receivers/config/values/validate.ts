import type { z } from 'zod';
import { isRecord } from '../../../shared/events.ts';
import { suggestion } from '../../base/nearest.ts';
import { alternatives } from '../../base/setting-values.ts';
import type { Fault } from './faults.ts';
import { type Path, valueAt } from './path.ts';
import { describedAs, holdsSecret, keysOf, schemaAt } from './schema-walk.ts';

/** Where the values come from, for the faults. */
export interface Place {
  where(path: Path): string;
  /** Whether the value was inserted from elsewhere, so that it may be a secret whatever the schema says. */
  hidden(path: Path): boolean;
}

/** Marks a missing setting until its description is known. */
const MISSING = 'Set it.';

/** A value that was read, and its problems. */
export interface Read<Value> {
  value: Value;
  faults: Fault[];
}

/**
 * Validates a value. Each fault says where it is, what kind of value it found, and what to write. The value is null
 * if there are faults.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: Place,
): Read<z.output<Schema> | null> {
  const result = schema.safeParse(value, { error: advice });
  return result.success
    ? { value: result.data, faults: [] }
    : { value: null, faults: result.error.issues.flatMap((issue) => faultsOf(issue, schema, value, place)) };
}

/** The place of a value further inside. */
export function inside(place: Place, ...steps: Path): Place {
  return {
    where: (path) => place.where([...steps, ...path]),
    hidden: (path) => place.hidden([...steps, ...path]),
  };
}

/** The entries of a list, or a fault if it is something else. Null if it is missing. */
export function entriesOf(list: unknown, place: Place): Read<readonly unknown[] | null> {
  if (list === undefined || list === null || Array.isArray(list)) {
    return { value: list ?? null, faults: [] };
  }
  const message = `${kindInWords(list, true)} Write a list, with a dash before each entry.`;
  return { value: [], faults: [{ where: place.where([]), message }] };
}

/** The name of an entry of a list, valid or not. */
export function nameOf(entry: unknown): string | undefined {
  const name = isRecord(entry) ? entry.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** A fault for every name that an earlier entry already has. */
export function takenNames(names: readonly (string | undefined)[], place: Place): Fault[] {
  return names.flatMap((name, index) =>
    name === undefined || names.indexOf(name) === index
      ? []
      : [
          {
            where: place.where([index, 'name']),
            message: `The name “${name}” is already taken. Give each its own \`name\`.`,
          },
        ],
  );
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, place: Place): Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(schema, path));
    return issue.keys.map((key) => {
      const guess = suggestion(key, known) || ` Known here: ${known.join(', ')}.`;
      return { where: place.where([...path, key]), message: `There is no such setting.${guess}` };
    });
  }
  const found = valueAt(value, path);
  const secret = place.hidden(path) || holdsSecret(schema, path);
  const what = issue.message === MISSING ? (describedAs(schemaAt(schema, path)) ?? MISSING) : issue.message;
  const message = `${kindInWords(found, secret)} ${secret ? withoutValue(what, found) : what}`;
  return [{ where: place.where(path), message }];
}

/** The message if a schema has none of its own. zod calls this for every such issue. */
function advice(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) {
        return MISSING;
      }
      return issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)
        ? 'Write text, in quotes.'
        : `Write ${typeInWords(issue.expected)}.`;
    case 'invalid_value':
      return `Write ${alternatives(issue.values.map(String))}.`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `Write at least ${issue.minimum} ${issue.origin === 'string' ? 'characters' : 'entries'}.`
        : `Write ${issue.minimum} or more.`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `Write at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}.`
        : `Write ${issue.maximum} or less.`;
    case 'invalid_format':
      return issue.format === 'url'
        ? 'Write a whole URL, beginning with https://.'
        : `Write it as ${issue.format}.`;
    case 'invalid_union':
      return issue.input === undefined ? MISSING : unionAdvice(issue.errors);
    default:
      return undefined;
  }
}

/** The advice of the alternative whose type matches, or what all of them accept. */
function unionAdvice(tried: readonly (readonly z.core.$ZodIssue[])[]): string {
  const firsts = tried.flatMap(([first]) => first ?? []);
  const fitting = firsts.find((issue) => takenBy(issue).length === 0);
  return fitting?.message ?? `Write ${alternatives([...new Set(firsts.flatMap(takenBy))])}.`;
}

/** What an alternative accepts instead of a value of another kind; empty if the kind matches. */
function takenBy(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) {
    return [];
  }
  if (issue.code === 'invalid_type') {
    return [typeInWords(issue.expected)];
  }
  return issue.code === 'invalid_value' ? issue.values.map(String) : [];
}

function typeInWords(type: string): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of names and values',
    record: 'a map of names and values',
  };
  return words[type] ?? type;
}

/** The longest text that a fault repeats, in characters. */
const LONGEST_SHOWN = 60;

/** The kind of value and, unless it is a secret, the value itself: “It is the text “80a”.” */
function kindInWords(value: unknown, secret: boolean): string {
  if (value === undefined) {
    return 'It is missing.';
  }
  if (value === null || value === '') {
    return 'It is empty.';
  }
  if (typeof value === 'string') {
    return secret || value.length > LONGEST_SHOWN
      ? `It is a text of ${value.length} characters.`
      : `It is the text ${JSON.stringify(value)}.`;
  }
  if (Array.isArray(value)) {
    return `It is a list of ${value.length}.`;
  }
  if (typeof value === 'object') {
    return 'It is a map of names and values.';
  }
  return secret
    ? `It is a ${typeof value}.`
    : `It is ${typeof value === 'number' ? 'the number ' : ''}${value}.`;
}

/** The shortest secret that is removed from messages. Shorter ones are parts of many words. */
const SHORTEST_SECRET = 4;

function withoutValue(message: string, value: unknown): string {
  return typeof value === 'string' && value.length >= SHORTEST_SECRET
    ? message.replaceAll(value, '(not shown)')
    : message;
}
