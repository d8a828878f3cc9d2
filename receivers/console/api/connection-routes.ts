import { z } from 'zod';
import * as answers from './connection-answers.ts';
import { type ApiRoute, route } from './route.ts';

const kind = z.enum(['source', 'destination', 'route']);

const draft = z.strictObject({
  kind,
  id: z.string().nullable().default(null).describe('Of what it changes; null for something new.'),
  version: z.int().nullable().default(null).describe('The version that the change is based on.'),
  type: z.string().optional().describe('The type of a new destination, such as slack.'),
  name: z.string().optional().describe('The name of something new, or of a route.'),
  title: z.string().optional().describe('As people call it.'),
  values: z
    .record(z.string(), z.unknown())
    .describe('As receivers.yaml has it. A secret that is left out is kept; null removes it.'),
});

const deliveries = z
  .discriminatedUnion('choice', [
    z.strictObject({ choice: z.literal('wait') }),
    z.strictObject({ choice: z.literal('move'), to: z.string() }),
    z.strictObject({ choice: z.literal('dead') }),
  ])
  .describe('Whether open deliveries wait, move to another destination, or become dead letters.');

/** The calls about sources, destinations and routes. */
export const CONNECTION_ROUTES: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/connections',
    summary: 'List sources, destinations and routes, with where each is set',
    answers: 'Everything that is connected, without secrets.',
    answer: answers.connections,
    handle: ({ connections }) => connections.connections(),
  }),
  route({
    method: 'get',
    path: '/connections/forms',
    summary: 'Describe the fields of each kind of connection',
    answers: 'A form for a source, for a route, and for each type of destination.',
    answer: answers.forms,
    handle: async ({ connections }) => ({ forms: await connections.connectionForms() }),
  }),
  route({
    method: 'get',
    path: '/connections/changes',
    summary: 'Read the audit log, newest first',
    answers: 'Who changed what, and when. The last 1,000 changes are kept.',
    answer: answers.changes,
    query: z.strictObject({
      before: z.coerce.number().int().optional().describe('Changes before the one of this revision.'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    handle: async ({ connections }, { query: { before, limit } }) => ({
      changes: await connections.connectionChanges({ limit, ...(before !== undefined && { before }) }),
    }),
  }),
  route({
    method: 'get',
    path: '/connections/yaml',
    summary: 'Get what was set in the console as YAML',
    answers: 'The text of a settings file. Variables replace the secrets.',
    answer: z.strictObject({ yaml: z.string() }),
    handle: async ({ connections }) => ({ yaml: await connections.connectionsAsYaml() }),
  }),
  route({
    method: 'get',
    path: '/connections/:kind/:id/removal',
    summary: 'Get what a removal would do',
    answers: 'What would happen, also to open deliveries. Nothing is removed.',
    answer: answers.removal,
    handle: async ({ connections }, { parameters }) => {
      const named = kind.safeParse(parameters.kind);
      return named.success ? connections.removal(named.data, parameters.id as string) : null;
    },
  }),
  route({
    method: 'post',
    path: '/connections/check',
    summary: 'Check a draft: nothing is saved or sent',
    answers: 'What is wrong with its fields, and what the other side says.',
    answer: answers.draftCheck,
    body: draft,
    handle: ({ connections }, { body }) => connections.checkDraft(body as never),
  }),
  route({
    method: 'post',
    path: '/connections/choices',
    summary: 'List values of a field that the other side knows, such as channels',
    answers: 'The values; none if the other side cannot be asked.',
    answer: answers.choices,
    body: z.strictObject({ draft, field: z.string() }),
    handle: async ({ connections }, { body }) => ({
      choices: await connections.choices(body.draft as never, body.field),
    }),
  }),
  route({
    method: 'post',
    path: '/connections/test',
    summary: 'Send a test event to the draft of a destination',
    answers: 'What is wrong with its fields, or what came of sending.',
    answer: answers.tested,
    body: draft,
    handle: ({ connections }, { body }) => connections.testDraft(body as never),
  }),
  route({
    method: 'post',
    path: '/connections/preview',
    summary: 'Preview a test event at the draft of a destination; nothing is sent',
    answers: 'What is wrong with its fields, or how the event looks.',
    answer: answers.previewed,
    body: draft,
    handle: ({ connections }, { body }) => connections.previewDraft(body as never),
  }),
  route({
    method: 'post',
    path: '/connections/explain',
    summary: 'Explain which routes a webhook would take with the draft of a route',
    answers: 'What is wrong with its fields, or what would happen to the webhook.',
    answer: answers.explained,
    body: z.strictObject({
      draft,
      body: z.string().describe('The body of a webhook.'),
      source: z.string().optional().describe('The source that it comes from. Default: each source.'),
      at: z.number().int().optional().describe('When it arrives, milliseconds since 1970. Default: now.'),
    }),
    handle: ({ connections }, { body: { draft: of, body, source, at } }) =>
      connections.explainDraft(of as never, { body, source: source ?? null, at: at ?? Date.now() }),
  }),
  route({
    method: 'post',
    path: '/connections/save',
    summary: 'Add or change a source, destination or route',
    answers: 'What came of it. Unless the result is “saved”, nothing has changed.',
    answer: answers.saved,
    body: draft,
    handle: ({ connections }, { body, by }) => connections.saveDraft(body as never, by),
    status: ({ result }) => statusOf(result),
    shownOnce: ({ secret }) => secret ?? null,
  }),
  route({
    method: 'post',
    path: '/connections/remove',
    summary: 'Remove a source, destination or route that was set in the console',
    answers: 'What came of it. Unless the result is “removed”, nothing has changed.',
    answer: answers.saved,
    body: z.strictObject({ kind, id: z.string(), version: z.int(), deliveries: deliveries.optional() }),
    handle: ({ connections }, { body, by }) => connections.remove(body as never, by),
    status: ({ result }) => statusOf(result),
  }),
  route({
    method: 'post',
    path: '/connections/removed/:name',
    summary: 'Change what happens to the open deliveries of a removed destination',
    answers: 'It is saved.',
    answer: answers.saved,
    body: z.strictObject({ deliveries }),
    handle: async ({ connections }, { parameters, body, by }) => {
      await connections.settleRemoved(parameters.name as string, body.deliveries, by);
      return { result: 'saved' as const };
    },
  }),
  route({
    method: 'post',
    path: '/connections/routes/order',
    summary: 'Order the routes that were set in the console',
    answers: 'What came of it. Unless the result is “saved”, nothing has changed.',
    answer: answers.saved,
    body: z.strictObject({
      ids: z.array(z.string()).max(1_000).describe('Every route of the console once.'),
      version: z.int().describe('The version of the list that the order is based on.'),
    }),
    handle: ({ connections }, { body, by }) => connections.orderRoutes(body.ids, body.version, by),
    status: ({ result }) => statusOf(result),
  }),
];

function statusOf(result: string): number {
  return result === 'conflict' ? 409 : result === 'faults' ? 422 : 200;
}
