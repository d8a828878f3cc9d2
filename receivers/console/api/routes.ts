import { z } from 'zod';
import { ACTIONS } from '../../../shared/events.ts';
import { HEALTH_CHECKS } from '../../../shared/health-words.ts';
import { INFINITIVES } from '../../experience/requester.ts';
import { deadLetterQuery, selectionOf } from '../../operations/dead-letter-query.ts';
import { eventFilter, eventQuery } from '../../operations/event-query.ts';
import { MOST_EVENTS, type ReplaySpan } from '../../operations/replay-span.ts';
import { RANGES, type Range } from '../../operations/timeline.ts';
import * as answers from './answers.ts';
import { CONNECTION_ROUTES } from './connection-routes.ts';
import { type ApiRoute, route } from './route.ts';

const selection = z
  .strictObject({
    ids: z.array(z.number().int()).max(10_000).optional().describe('Delivery ids.'),
    destination: z.string().optional().describe('The name of a destination.'),
    cause: z.string().optional().describe('A cause, as the list of dead letters names it.'),
    from: z.number().int().optional().describe('Failed at this time or later, milliseconds since 1970.'),
    to: z.number().int().optional().describe('Failed before this time, milliseconds since 1970.'),
  })
  .refine((chosen) => Object.keys(chosen).length > 0, 'Give ids, a destination, a cause, from or to.');

const span = z.strictObject({
  from: z.number().int().describe('Received at this time or later, milliseconds since 1970.'),
  to: z.number().int().describe('Received before this time, milliseconds since 1970.'),
  search: z.string().optional().describe('Part of an experience’s name, its id, or an event’s key.'),
  action: z.enum(ACTIONS).optional().describe('One of the six actions.'),
  experience: z.string().optional().describe('The id of an experience.'),
  source: z.string().optional().describe('The name of a source.'),
  destinations: z.array(z.string()).min(1).describe('Names of destinations.'),
});

function spanOf({ from, to, search, action, experience, source }: z.output<typeof span>): ReplaySpan {
  return {
    from,
    to,
    ...(search !== undefined && { search }),
    ...(action !== undefined && { action }),
    ...(experience !== undefined && { experienceId: experience }),
    ...(source !== undefined && { source }),
  };
}

/** Every call of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/status',
    summary: 'Check that the receiver runs and the token works',
    answers: 'The receiver is running.',
    answer: z.strictObject({
      status: z.literal('running'),
      warnings: z.array(z.string()).describe('What a person should know, such as a wrong clock.'),
    }),
    handle: async (operations) => ({ status: 'running' as const, warnings: await operations.warnings() }),
  }),
  route({
    method: 'get',
    path: '/set-up',
    summary: 'Get what is needed to connect the receiver',
    answers:
      'The sources with the paths of their webhooks, and the kinds of destinations that are not connected.',
    answer: answers.setUp,
    handle: (operations) => operations.setUp(),
  }),
  route({
    method: 'get',
    path: '/events',
    summary: 'List events, newest first',
    answers: 'Events without their bodies, with the number of deliveries in each state.',
    answer: answers.events,
    query: eventQuery,
    handle: async (operations, { query }) => ({ events: await operations.events(eventFilter(query)) }),
  }),
  route({
    method: 'get',
    path: '/events/:key',
    summary: 'Get an event with its deliveries and attempts',
    answers: 'The event with its headers, its deliveries, and its body as text or in base64 (bodyEncoding).',
    answer: answers.story,
    handle: (operations, { parameters }) => operations.event(parameters.key as string),
  }),
  route({
    method: 'get',
    path: '/previews',
    summary: 'List what events can be previewed for',
    answers: 'The destinations of the settings, and examples of the kinds that are not connected.',
    answer: answers.previews,
    handle: async (operations) => ({ previews: await operations.previews() }),
  }),
  route({
    method: 'get',
    path: '/events/:key/preview/:destination',
    summary: 'Preview an event at a destination',
    answers: 'A text for people, and the document that would be sent (JSON, HTML or text).',
    answer: answers.preview,
    handle: (operations, { parameters }) =>
      operations.preview(parameters.key as string, parameters.destination as string),
  }),
  route({
    method: 'post',
    path: '/previews/:destination',
    summary: 'Preview a webhook that is not stored here at a destination',
    answers: 'A text for people, and the document that would be sent (JSON, HTML or text).',
    answer: answers.preview,
    body: z.strictObject({
      bodies: z
        .array(z.string())
        .min(1)
        .max(50)
        .describe('The bodies of webhooks of one experience, oldest first. The last one is previewed.'),
    }),
    handle: (operations, { parameters, body }) =>
      operations.previewBodies(body.bodies, parameters.destination as string),
  }),
  route({
    method: 'post',
    path: '/routes/explain',
    summary: 'Explain which routes a webhook takes; nothing is sent',
    answers: 'For each group of sources: every route with why it matches or not, and the destinations.',
    answer: answers.explainedEvent,
    body: z.strictObject({
      body: z.string().describe('The body of a webhook.'),
      source: z.string().optional().describe('The source that it comes from. Default: each source.'),
      at: z.number().int().optional().describe('When it arrives, milliseconds since 1970. Default: now.'),
    }),
    handle: (operations, { body: { body, source, at } }) =>
      operations.explainRoutes(body, source ?? null, at ?? Date.now()),
  }),
  route({
    method: 'post',
    path: '/examine',
    summary: 'Check the receiver, its settings and its destinations',
    answers: 'The findings.',
    answer: z.strictObject({ checks: answers.checked.shape.checks }),
    body: z.strictObject({
      network: z.boolean().default(true).describe('Also what can only be asked over the network.'),
    }),
    handle: async (operations, { body }) => ({ checks: await operations.examine(body.network) }),
  }),
  route({
    method: 'post',
    path: '/events/:key/replay',
    summary: 'Send an event to destinations again',
    answers: 'What was done at each destination. With dryRun, what would be done.',
    answer: answers.steps,
    body: z.strictObject({
      destinations: z.array(z.string()).min(1).describe('Names of destinations.'),
      dryRun: z.boolean().default(false),
    }),
    handle: async (operations, { parameters, body }) => {
      const act = body.dryRun ? operations.planReplay : operations.replay;
      const steps = await act(parameters.key as string, body.destinations);
      return steps === null ? null : { steps };
    },
  }),
  route({
    method: 'post',
    path: '/events/replay/plan',
    summary: 'Get what sending all events of a span again would do; nothing is sent',
    answers: 'How many events there are, and what would happen to them at each destination.',
    answer: answers.spanPlan,
    body: span,
    handle: (operations, { body }) => operations.planSpanReplay(spanOf(body), body.destinations),
  }),
  route({
    method: 'post',
    path: '/events/replay',
    summary: `Send all events of a span again, at most ${MOST_EVENTS.toLocaleString('en-US')}`,
    answers: 'How many messages are sent. Tests, reports and unrecognized events are left out.',
    answer: answers.count,
    body: span,
    handle: async (operations, { body }) => ({
      count: await operations.replaySpan(spanOf(body), body.destinations),
    }),
  }),
  route({
    method: 'post',
    path: '/events/:key/deliveries/:id/now',
    summary: 'Try a waiting delivery now, and end a pause of its destination',
    answers: 'Whether it is due now. False if it was not waiting for its time.',
    answer: z.strictObject({ due: z.boolean() }),
    handle: async (operations, { parameters }) => {
      const due = await operations.deliverNow(parameters.key as string, Number(parameters.id));
      return due === null ? null : { due };
    },
  }),
  route({
    method: 'get',
    path: '/dead-letters',
    summary: 'List dead letters, grouped by destination and cause',
    answers: 'The groups, largest first, each with its reason, its size and its newest dead letters.',
    answer: answers.deadLetters,
    query: deadLetterQuery,
    handle: (operations, { query }) => operations.deadLetters(selectionOf(query)),
  }),
  route({
    method: 'post',
    path: '/dead-letters/replay',
    summary: 'Send dead letters again',
    answers: 'How many.',
    answer: answers.count,
    body: selection,
    handle: async (operations, { body }) => ({ count: await operations.replayDeadLetters(body) }),
  }),
  route({
    method: 'post',
    path: '/dead-letters/dismiss',
    summary: 'Dismiss dead letters: they are not sent',
    answers: 'How many.',
    answer: answers.count,
    body: selection,
    handle: async (operations, { body }) => ({ count: await operations.dismissDeadLetters(body) }),
  }),
  route({
    method: 'get',
    path: '/destinations',
    summary: 'List destinations with their state',
    answers: 'State, health and queue of each destination.',
    answer: answers.destinations,
    handle: async (operations) => ({ destinations: await operations.destinations() }),
  }),
  route({
    method: 'get',
    path: '/checks',
    summary: 'Get the last findings of the connection checks',
    answers: 'The findings by destination; null for one that has not been checked yet.',
    answer: answers.checks,
    handle: async (operations) => ({ checks: await operations.checks() }),
  }),
  route({
    method: 'post',
    path: '/destinations/:name/check',
    summary: 'Check a destination’s connection',
    answers: 'What was found.',
    answer: answers.checked,
    handle: (operations, { parameters }) => operations.check(parameters.name as string),
  }),
  route({
    method: 'post',
    path: '/destinations/:name/resume',
    summary: 'End a destination’s pause',
    answers: 'The pause has ended.',
    answer: z.strictObject({ resumed: z.string() }),
    handle: async (operations, { parameters }) => {
      await operations.resume(parameters.name as string);
      return { resumed: parameters.name as string };
    },
  }),
  route({
    method: 'post',
    path: '/test',
    summary: 'Send a test event',
    answers: 'The key of the event.',
    answer: z.strictObject({ key: z.string() }),
    body: z.strictObject({
      source: z.string().optional().describe('The source that it comes from. Default: the first one.'),
      destination: z
        .string()
        .optional()
        .describe('The only destination that gets it. Default: those that the routes name.'),
    }),
    handle: async (operations, { body }) => ({
      key: await operations.sendTest(body.source ?? null, body.destination ?? null),
    }),
  }),
  route({
    method: 'get',
    path: '/experiences',
    summary: 'List experiences by their last event, newest first',
    answers: 'The experiences with their state.',
    answer: answers.experiences,
    query: z.object({
      source: z.string().optional().describe('The name of a source.'),
      experience: z.string().optional().describe('The id of an experience.'),
      search: z.string().optional().describe('Part of the name.'),
      before: z.coerce
        .number()
        .optional()
        .describe('The last event was before this time, milliseconds since 1970: the next page.'),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    handle: async (operations, { query: { source, experience, search, before, limit } }) => ({
      experiences: await operations.experiences({
        ...(source !== undefined && { source }),
        ...(experience !== undefined && { experienceId: experience }),
        ...(search !== undefined && { search }),
        ...(before !== undefined && { beforeLastAt: before }),
        limit,
      }),
    }),
  }),
  route({
    method: 'get',
    path: '/experiences/:id',
    summary: 'Get an experience',
    answers: 'Its newest snapshot, its life, its results and its events.',
    answer: answers.experience,
    query: z.object({
      source: z
        .string()
        .optional()
        .describe('The name of its source. Default: the source whose experience with this id changed last.'),
    }),
    handle: (operations, { parameters, query }) =>
      operations.experience(parameters.id as string, query.source ?? null),
  }),
  route({
    method: 'post',
    path: '/experiences/:id/mute',
    summary: 'Mute checks of a running experience: what they find is shown, and not reported',
    answers: 'The checks that are muted now.',
    answer: answers.muted,
    body: z.strictObject({
      source: z.string().describe('The name of its source.'),
      checks: z.array(z.enum(HEALTH_CHECKS)).describe('All checks to mute. Empty mutes none.'),
    }),
    handle: async (operations, { parameters, body: { source, checks } }) =>
      (await operations.muteHealth(source, parameters.id as string, checks)) ? { muted: checks } : null,
  }),
  ...(['pause', 'start'] as const).map((action) =>
    route({
      method: 'post',
      path: `/experiences/:id/${INFINITIVES[action]}`,
      summary: `Request to ${INFINITIVES[action]} an experience${action === 'start' ? ' that was paused here' : ''}`,
      answers: 'Whether it will be carried out, or why not.',
      answer: answers.requested,
      body: z.strictObject({ source: z.string().describe('The name of its source.') }),
      handle: (operations, { parameters, body: { source } }) =>
        operations.requestLifecycle({
          source,
          experienceId: parameters.id as string,
          action,
          by: { via: 'console', name: null, email: null },
          press: null,
        }),
    }),
  ),
  route({
    method: 'get',
    path: '/test-experiences',
    summary: 'List experiences that have only test events, newest first',
    answers: 'The experiences, and whether each can be removed: none of its deliveries is open.',
    answer: answers.testExperiences,
    handle: async (operations) => ({ experiences: await operations.testExperiences() }),
  }),
  route({
    method: 'post',
    path: '/test-experiences/remove',
    summary: 'Remove the experiences that have only test events; this cannot be undone',
    answers: 'How many were removed, and how many stay because a delivery of theirs is open.',
    answer: z.strictObject({ removed: z.int(), left: z.int() }),
    handle: (operations) => operations.removeTestExperiences(),
  }),
  route({
    method: 'get',
    path: '/refused',
    summary: 'List the last requests that failed verification',
    answers: 'The requests, newest first, with what was found out about each.',
    answer: answers.refused,
    handle: async (operations) => ({ refused: await operations.refused() }),
  }),
  route({
    method: 'get',
    path: '/timeline',
    summary: 'Count events and deliveries over time',
    answers: 'Buckets, oldest first: events received, and how many of their deliveries are done and dead.',
    answer: answers.timeline,
    query: z.object({ range: z.enum(Object.keys(RANGES) as Range[]).default('24h') }),
    handle: (operations, { query }) => operations.timeline(query.range),
  }),
  route({
    method: 'get',
    path: '/export',
    summary: 'Export all events with deliveries and attempts, page by page',
    answers:
      'Events after the given sequence, oldest first. A page may be shorter than the limit; the end is an empty one.',
    answer: answers.exported,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .default(0)
        .describe('The sequence of the last event that you have.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    handle: async (operations, { query: { after, limit } }) => ({
      events: await operations.exportPage(after, limit),
    }),
  }),
  ...CONNECTION_ROUTES,
];
