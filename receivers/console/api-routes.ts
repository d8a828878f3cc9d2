import { z } from 'zod';
import { eventFilter, eventQuery } from './event-query.ts';
import type { RouterServices } from './router.ts';
import { RANGES, type Range } from './timeline.ts';

/** What an API call is answered with: a value as JSON, or null for “not found”. */
type Answer = unknown;

/** A call of the API: what it takes and does, for the router and for its OpenAPI description. */
export interface ApiRoute<Query = unknown, Body = unknown> {
  method: 'get' | 'post';
  /** As Express writes it; parameters become OpenAPI’s. */
  path: string;
  summary: string;
  /** What it answers with, in words. */
  answers: string;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  handle(
    services: RouterServices,
    given: { parameters: Record<string, string>; query: Query; body: Body },
  ): Promise<Answer> | Answer;
}

function route<Query, Body>(made: ApiRoute<Query, Body>): ApiRoute {
  return made as ApiRoute;
}

const selection = z
  .strictObject({
    ids: z.array(z.number().int()).max(10_000).optional().describe('Ids of deliveries.'),
    destination: z.string().optional().describe('The name of a destination.'),
    cause: z.string().optional().describe('A cause, as the list of dead letters names it.'),
  })
  .refine((chosen) => Object.keys(chosen).length > 0, 'Name ids, a destination or a cause.');

const destinationsField = z.array(z.string()).min(1).describe('Names of destinations.');

const deadLetterQuery = z.object({
  destination: z.string().optional().describe('Only those of this destination.'),
  cause: z.string().optional().describe('Only those of this cause.'),
  id: z.coerce.number().int().optional().describe('Only this one.'),
});

/** Every call of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/status',
    summary: 'Whether the receiver runs, and who asks',
    answers: 'The role of the token.',
    handle: () => ({ status: 'running' }),
  }),
  route({
    method: 'get',
    path: '/events',
    summary: 'List events, newest first',
    answers: 'Events without their bodies, with how many of their deliveries are in each state.',
    query: eventQuery,
    handle: async ({ operations }, { query }) => ({ events: await operations.events(eventFilter(query)) }),
  }),
  route({
    method: 'get',
    path: '/events/:key',
    summary: 'One event with its deliveries and attempts',
    answers:
      'The event with its body as text (or base64, as bodyEncoding says), its headers and its deliveries.',
    handle: ({ operations }, { parameters }) => operations.event(parameters.key as string),
  }),
  route({
    method: 'get',
    path: '/events/:key/preview/:destination',
    summary: 'How an event looks at a destination',
    answers: 'A text for people, and the document as it would be sent (JSON, HTML or text).',
    handle: ({ operations }, { parameters }) =>
      operations.preview(parameters.key as string, parameters.destination as string),
  }),
  route({
    method: 'post',
    path: '/events/:key/replay',
    summary: 'Send an event to destinations once more',
    answers: 'What was done at each destination, or with dryRun would be.',
    body: z.strictObject({ destinations: destinationsField, dryRun: z.boolean().default(false) }),
    handle: async ({ operations, destinations }, { parameters, body }) => {
      const unknown = body.destinations.find((name) => !destinations.has(name));
      if (unknown !== undefined) {
        return new ApiFault(
          `There is no destination “${unknown}”. Known: ${[...destinations.keys()].join(', ')}.`,
        );
      }
      const act = body.dryRun ? operations.planReplay : operations.replay;
      const steps = await act(parameters.key as string, body.destinations);
      return steps === null ? null : { steps };
    },
  }),
  route({
    method: 'get',
    path: '/dead-letters',
    summary: 'Dead letters, grouped by destination and cause',
    answers: 'The groups, the largest first, each with its reason, its count and its last letters.',
    query: deadLetterQuery,
    handle: ({ operations }, { query: { id, ...query } }) =>
      operations.deadLetters({ ...query, ...(id !== undefined && { ids: [id] }) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/replay',
    summary: 'Make dead letters ready again',
    answers: 'How many.',
    body: selection,
    handle: async ({ operations }, { body }) => ({ count: await operations.replayDeadLetters(body) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/dismiss',
    summary: 'Set dead letters aside for good',
    answers: 'How many.',
    body: selection,
    handle: async ({ operations }, { body }) => ({ count: await operations.dismissDeadLetters(body) }),
  }),
  route({
    method: 'get',
    path: '/destinations',
    summary: 'How each destination fares',
    answers: 'State, health and queue of each destination.',
    handle: async ({ operations }) => ({ destinations: await operations.destinations() }),
  }),
  route({
    method: 'post',
    path: '/destinations/:name/resume',
    summary: 'End a destination’s pause',
    answers: 'Nothing but that it was done.',
    handle: async ({ operations, destinations }, { parameters }) => {
      const name = parameters.name as string;
      if (!destinations.has(name)) {
        return null;
      }
      await operations.resume(name);
      return { resumed: name };
    },
  }),
  route({
    method: 'post',
    path: '/test',
    summary: 'Accept a test event',
    answers: 'The key of the event.',
    body: z.strictObject({
      source: z.string().optional().describe('The source it seems to come through; the first without it.'),
      destination: z
        .string()
        .optional()
        .describe('The only destination that gets it; by the routes without it.'),
    }),
    handle: async ({ operations, configuration, destinations }, { body }) => {
      if (body.destination !== undefined && !destinations.has(body.destination)) {
        return new ApiFault(
          `There is no destination “${body.destination}”. Known: ${[...destinations.keys()].join(', ')}.`,
        );
      }
      const source = body.source ?? configuration.sources[0]?.name ?? '';
      return { key: await operations.sendTest(source, body.destination ?? null) };
    },
  }),
  route({
    method: 'get',
    path: '/experiences',
    summary: 'Experiences by their last event',
    answers: 'The experiences, newest first.',
    query: z.object({
      search: z.string().optional().describe('Part of the name.'),
      before: z.coerce
        .number()
        .optional()
        .describe('Whose last event was before this time, milliseconds since 1970: the next page.'),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    handle: async ({ ledger }, { query: { search, before, limit } }) => ({
      experiences: await ledger.experiences({
        ...(search !== undefined && { search }),
        ...(before !== undefined && { beforeLastAt: before }),
        limit,
      }),
    }),
  }),
  route({
    method: 'get',
    path: '/refused',
    summary: 'The last requests that failed verification',
    answers: 'The requests, newest first, with the finding.',
    handle: ({ refusals }) => ({ refused: refusals.list() }),
  }),
  route({
    method: 'get',
    path: '/timeline',
    summary: 'Events and deliveries over time',
    answers: 'Buckets, oldest first: events received, and how many of their deliveries are done and dead.',
    query: z.object({ range: z.enum(Object.keys(RANGES) as Range[]).default('24h') }),
    handle: async ({ timeline, now }, { query: { range } }) => ({
      bucketMs: RANGES[range].bucketMs,
      buckets: await timeline.read(range, now()),
    }),
  }),
  route({
    method: 'get',
    path: '/export',
    summary: 'All events with deliveries and attempts, page by page',
    answers: 'Events after the given sequence, oldest first.',
    query: z.object({
      after: z.coerce.number().int().min(0).default(0).describe('The sequence of the last event one has.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    handle: async ({ operations }, { query: { after, limit } }) => ({
      events: await operations.exportPage(after, limit),
    }),
  }),
];

/** What is wrong with a call, and what to write instead. */
export class ApiFault {
  readonly detail: string;

  constructor(detail: string) {
    this.detail = detail;
  }
}
