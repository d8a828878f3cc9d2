import { z } from 'zod';
import { fileLists } from '../config/settings/receivers-file.ts';
import { sourceSettings } from '../config/settings/sources.ts';
import { child, core, describedAs, isSecret, layers } from '../config/values/schema-walk.ts';
import { CONNECTED_KINDS } from '../destinations/index.ts';
import type { Field, Form } from './connections.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Given on their own, not as values. */
const NAMES = ['name', 'title', 'type'];

/** Files of the receiver’s machine: who may change a Slack channel need not be able to read those. */
const LOCAL_FILES = ['templatesFolder'];

/** A form for a source, for a route, and for each type of destination that people connect. */
export function connectionForms(): Form[] {
  const route = (core(fileLists.routes) as z.ZodArray).element as z.ZodType;
  return [
    { kind: 'source', type: null, title: 'Source', fields: fieldsOf(sourceSettings) },
    { kind: 'route', type: null, title: 'Route', fields: fieldsOf(route) },
    ...CONNECTED_KINDS.map(
      ({ kind, title, settings }): Form => ({
        kind: 'destination',
        type: kind,
        title,
        fields: fieldsOf(settings),
      }),
    ),
  ];
}

function fieldsOf(schema: z.ZodType): Field[] {
  const { properties = {}, required = [] } = inputSchema(core(schema));
  return Object.entries(properties)
    .filter(([name]) => !NAMES.includes(name) && !LOCAL_FILES.includes(name))
    .map(([name, json]) => {
      const inner = child(schema, name) as z.ZodType;
      return fieldOf(name, inner, json as JsonSchema, required.includes(name));
    });
}

function fieldOf(name: string, schema: z.ZodType, json: JsonSchema, required: boolean): Field {
  const variants = variantsOf(json);
  const byDefault = defaultOf(schema);
  const input = typeof byDefault === 'boolean' ? 'yes-no' : inputOf(variants);
  const words = variants.flatMap(
    (variant) => variant.enum ?? (variant.items as JsonSchema | undefined)?.enum ?? [],
  );
  return {
    name,
    label: labelOf(name),
    description: describedAs(schema) ?? '',
    input,
    secret: isSecret(schema),
    required,
    main: required || markOf(schema, 'main') === true,
    choices: input === 'choice' || input === 'list' ? words.map(String) : [],
    examples: (markOf(schema, 'examples') as string[] | undefined) ?? [],
    closed: markOf(schema, 'closed') === true,
    default: byDefault,
    fields: input === 'group' ? fieldsOf(schema) : [],
  };
}

function inputSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
}

function markOf(schema: z.ZodType, mark: string): unknown {
  return layers(schema)
    .find((layer) => layer.meta()?.[mark] !== undefined)
    ?.meta()?.[mark];
}

function defaultOf(schema: z.ZodType): unknown {
  const found = layers(schema).find((layer) => layer instanceof z.ZodDefault);
  return found instanceof z.ZodDefault ? (found.def.defaultValue ?? null) : null;
}

/** What a value may be, without the possibility that there is none. */
function variantsOf(json: JsonSchema): JsonSchema[] {
  const inner = (json.anyOf ?? json.oneOf ?? json.allOf) as JsonSchema[] | undefined;
  const variants = inner === undefined ? [json] : inner.flatMap(variantsOf);
  return variants.filter(({ type }) => type !== 'null');
}

function inputOf(variants: readonly JsonSchema[]): Field['input'] {
  const isOf = (...types: string[]) =>
    variants.some(({ type, const: only }) => only === undefined && types.includes(String(type)));
  if (isOf('boolean')) {
    return 'yes-no';
  }
  if (variants.some(({ properties }) => properties !== undefined)) {
    return 'group';
  }
  if (isOf('array')) {
    return 'list';
  }
  if (isOf('object')) {
    return 'map';
  }
  if (isOf('number', 'integer')) {
    return 'number';
  }
  return variants.some((variant) => variant.enum !== undefined) ? 'choice' : 'text';
}

/** Words that are written in capital letters. */
const CAPITALS: Readonly<Record<string, string>> = {
  url: 'URL',
  id: 'ID',
  smtp: 'SMTP',
  api: 'API',
  ms: '(ms)',
};

/** `spreadsheetId` → “Spreadsheet ID”. */
function labelOf(name: string): string {
  const words = name
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .split(' ')
    .map((word) => CAPITALS[word] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
