import { z } from 'zod';
import { checked, explainedEvent, preview } from './answers.ts';

// The responses of the calls about connections, for their description.

const text = z.string().nullable();
const kind = z.enum(['source', 'destination', 'route']);

const connection = z.strictObject({
  kind,
  name: z.string(),
  title: z.string(),
  type: text,
  setBy: z.union([
    z.strictObject({ by: z.literal('console'), id: z.string(), version: z.int() }),
    z.strictObject({ by: z.enum(['file', 'environment', 'receiver']), where: z.string() }),
  ]),
  values: z.record(z.string(), z.unknown()).describe('As receivers.yaml has it, without secrets.'),
  secrets: z.array(z.string()).describe('The secret fields that have a value.'),
  fixed: z.record(z.string(), z.string()).describe('Fields that environment variables set.'),
  problem: text.describe('Why it does not work, and what to do.'),
});

export const connections = z.strictObject({
  sources: z.array(connection),
  destinations: z.array(connection),
  routes: z.array(connection),
  routing: z.enum(['all', 'first']),
  removed: z.array(
    z.strictObject({
      name: z.string(),
      deliveries: z.looseObject({ choice: z.enum(['wait', 'move', 'dead']) }),
      open: z.int(),
    }),
  ),
  version: z.int(),
  warnings: z.array(z.string()),
});

const field = {
  name: z.string(),
  label: z.string(),
  description: z.string(),
  input: z.enum(['text', 'number', 'yes-no', 'choice', 'list', 'map', 'group']),
  secret: z.boolean(),
  required: z.boolean(),
  main: z.boolean().describe('One of the fields to show first.'),
  choices: z.array(z.string()),
  examples: z.array(z.string()),
  closed: z.boolean().describe('There are no other values.'),
  default: z.unknown(),
};

const form = z.strictObject({
  kind,
  type: text,
  title: z.string(),
  fields: z.array(z.strictObject({ ...field, fields: z.array(z.unknown()).describe('Those of a group.') })),
});

export const forms = z.strictObject({ forms: z.array(form) });

export const changes = z.strictObject({
  changes: z.array(
    z.strictObject({
      revision: z.int(),
      at: z.int().describe('Milliseconds since 1970.'),
      by: z.strictObject({
        role: z.enum(['editor', 'viewer']),
        via: z.enum(['console', 'api', 'import']),
        address: z.string(),
      }),
      change: z.enum(['added', 'changed', 'removed', 'moved']),
      kind,
      name: z.string(),
      title: z.string(),
      details: z.array(z.string()),
    }),
  ),
});

const faults = z.array(z.strictObject({ field: z.string(), message: z.string() }));

export const draftCheck = z.strictObject({ faults, checks: checked.shape.checks });

export const choices = z.strictObject({
  choices: z.array(z.strictObject({ value: z.string(), label: z.string(), note: text })),
});

export const tested = z.strictObject({
  faults,
  outcome: z.looseObject({ type: z.enum(['done', 'retry', 'dead']) }).nullable(),
});

export const previewed = z.strictObject({ faults, preview: preview.nullable() });

export const explained = z.strictObject({ faults, explained: explainedEvent.nullable() });

export const saved = z.strictObject({
  result: z.enum(['saved', 'removed', 'faults', 'conflict']),
  connection: connection.optional(),
  secret: text.optional().describe('The webhook secret that was made. It is given only this once.'),
  faults: faults.optional(),
  message: z.string().optional(),
  current: connection.nullable().optional(),
});

export const removal = z.strictObject({
  words: z.array(z.string()),
  open: z.int(),
  dead: z.int(),
  couldMoveTo: z.array(z.string()),
  refusal: text,
});
