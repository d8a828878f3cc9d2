import { z } from 'zod';
import { RANGES, type Range } from '../../operations/timeline.ts';
import type { RouterServices } from '../router.ts';
import {
  countAnswer,
  deadLettersAnswer,
  destinationsAnswer,
  eventsAnswer,
  experiencesAnswer,
  exportAnswer,
  previewAnswer,
  refusedAnswer,
  stepsAnswer,
  storyAnswer,
  timelineAnswer,
} from './answers.ts';
import { eventFilter, eventQuery } from './event-query.ts';

/** A call of the API: what it takes and does, for the router and for its OpenAPI description. */
export interface ApiRoute<Query = unknown, Body = unknown, Answer = unknown> {
  method: 'get' | 'post';
  /** As Express writes it; parameters become OpenAPI’s. */
  path: string;
  summary: string;
  /** What it answers with, in words and in full. */
  answers: string;
  answer: z.ZodType<Answer>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Gives what is answered as JSON, or null for “not found”. */
  handle(
    services: RouterServices,
    given: { parameters: Record<string, string>; query: Query; body: Body },
  ): Promise<Answer | ApiFault | null> | Answer | ApiFault | null;
}

function route<Query, Body, Answer>(made: ApiRoute<Query, Body, Answer>): ApiRoute {
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
    summary: 'Whether the receiver runs and the token opens it',
    answers: 'That it runs.',
    answer: z.strictObject({ status: z.literal('running') }),
    handle: () => ({ status: 'running' as const }),
  }),
  route({
    method: 'get',
    path: '/events',
    summary: 'List events, newest first',
    answers: 'Events without their bodies, with how many of their deliveries are in each state.',
    answer: eventsAnswer,
    query: eventQuery,
    handle: async ({ operations }, { query }) => ({ events: await operations.events(eventFilter(query)) }),
  }),
  route({
    method: 'get',
    path: '/events/:key',
    summary: 'One event with its deliveries and attempts',
    answers:
      'The event with its body as text (or base64, as bodyEncoding says), its headers and its deliveries.',
    answer: storyAnswer,
    handle: ({ operations }, { parameters }) => operations.event(parameters.key as string),
  }),
  route({
    method: 'get',
    path: '/events/:key/preview/:destination',
    summary: 'How an event looks at a destination',
    answers: 'A text for people, and the document as it would be sent (JSON, HTML or text).',
    answer: previewAnswer,
    handle: ({ operations }, { parameters }) =>
      operations.preview(parameters.key as string, parameters.destination as string),
  }),
  route({
    method: 'post',
    path: '/events/:key/replay',
    summary: 'Send an event to destinations once more',
    answers: 'What was done at each destination, or with dryRun would be.',
    answer: stepsAnswer,
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
    answer: deadLettersAnswer,
    query: deadLetterQuery,
    handle: ({ operations }, { query: { id, ...query } }) =>
      operations.deadLetters({ ...query, ...(id !== undefined && { ids: [id] }) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/replay',
    summary: 'Make dead letters ready again',
    answers: 'How many.',
    answer: countAnswer,
    body: selection,
    handle: async ({ operations }, { body }) => ({ count: await operations.replayDeadLetters(body) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/dismiss',
    summary: 'Set dead letters aside for good',
    answers: 'How many.',
    answer: countAnswer,
    body: selection,
    handle: async ({ operations }, { body }) => ({ count: await operations.dismissDeadLetters(body) }),
  }),
  route({
    method: 'get',
    path: '/destinations',
    summary: 'How each destination fares',
    answers: 'State, health and queue of each destination.',
    answer: destinationsAnswer,
    handle: async ({ operations }) => ({ destinations: await operations.destinations() }),
  }),
  route({
    method: 'post',
    path: '/destinations/:name/resume',
    summary: 'End a destination’s pause',
    answers: 'Nothing but that it was done.',
    answer: z.strictObject({ resumed: z.string() }),
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
    answer: z.strictObject({ key: z.string() }),
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
      const sources = configuration.sources.map(({ name }) => name);
      const source = body.source ?? sources[0] ?? '';
      if (!sources.includes(source)) {
        return new ApiFault(`There is no source “${source}”. Known: ${sources.join(', ')}.`);
      }
      return { key: await operations.sendTest(source, body.destination ?? null) };
    },
  }),
  route({
    method: 'get',
    path: '/experiences',
    summary: 'Experiences by their last event',
    answers: 'The experiences, newest first.',
    answer: experiencesAnswer,
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
    answer: refusedAnswer,
    handle: ({ refusals }) => ({ refused: refusals.list() }),
  }),
  route({
    method: 'get',
    path: '/timeline',
    summary: 'Events and deliveries over time',
    answers: 'Buckets, oldest first: events received, and how many of their deliveries are done and dead.',
    answer: timelineAnswer,
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
    answer: exportAnswer,
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
