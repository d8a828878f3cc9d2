import { z } from 'zod';
import type { DestinationKind } from '../../contract/destination.ts';
import { destinationName } from '../settings/destination-name.ts';
import { fileLists } from '../settings/receivers-file.ts';
import { settings } from '../settings/settings.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of receivers.yaml (draft 7, which editors know best), for completion and checking while
 * it is written. What refers to the environment as `${NAME}` passes everywhere.
 */
export function receiversSchema(kinds: readonly DestinationKind[]): JsonSchema {
  const table = jsonSchema(settings);
  const lists = jsonSchema(z.strictObject(fileLists));
  const properties = { ...table.properties, ...lists.properties };
  const destinations = properties.destinations as JsonSchema;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of the Intelligems receivers',
    type: 'object',
    properties: {
      ...properties,
      destinations: { ...destinations, items: { anyOf: kinds.map(destinationSchema) } },
    },
    additionalProperties: false,
  };
}

function destinationSchema(kind: DestinationKind): JsonSchema {
  const { properties, required = [] } = jsonSchema(kind.settings);
  return {
    title: kind.title,
    type: 'object',
    properties: {
      type: { const: kind.kind, description: `${kind.title}.` },
      name: jsonSchema(destinationName),
      ...properties,
    },
    required: ['type', ...required],
    additionalProperties: false,
  };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      delete made.environment;
      delete made.secret;
      delete made.main;
      delete made.closed;
      delete made.destination;
      const { defaultValue } = zodSchema._zod.def as { defaultValue?: unknown };
      if (zodSchema instanceof z.ZodDefault && defaultValue !== null) {
        made.default = defaultValue;
      }
      allowVariable(made);
    },
  });
  return made;
}

const VARIABLE = { type: 'string', pattern: '\\$\\{' } as const;

/** Lets `${NAME}` stand where only certain values may. */
function allowVariable(schema: JsonSchema): void {
  const { title, description, default: without, ...constraint } = schema;
  const { type, pattern, format, enum: words } = constraint;
  const isNumber = type === 'number' || type === 'integer' || type === 'boolean';
  const isBounded = type === 'string' && (pattern ?? format ?? words) !== undefined;
  if ((!isNumber && !isBounded) || pattern === VARIABLE.pattern) {
    return;
  }
  for (const key of Object.keys(constraint)) {
    delete schema[key];
  }
  schema.anyOf = [constraint, { ...VARIABLE }];
}
