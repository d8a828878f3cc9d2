import { z } from 'zod';
import { ORIGINS, STATES } from './event-query.ts';

// What the API answers with, for its description; the types hold it to what is really answered.

const at = z.int().describe('Milliseconds since 1970.');
const maybeAt = z.int().nullable().describe('Milliseconds since 1970; null where there is none.');
const text = z.string().nullable();

const eventHead = {
  key: z.string(),
  sequence: z.int().describe('Counts up in the order of acceptance.'),
  source: z.string(),
  origin: z.enum(ORIGINS),
  action: text.describe('Null for what is no known event, and for reports.'),
  experienceId: text,
  experienceName: text,
  organizationId: text,
  occurredAt: maybeAt.describe('When it happened, by the event itself.'),
  receivedAt: at,
  problem: text.describe('Why a verified body is no known event; null for a known one.'),
  late: z.boolean().describe('A newer event of the same experience had been accepted before.'),
  triggeredBy: text.describe('Who caused it.'),
};

const eventSummary = z.strictObject({
  ...eventHead,
  deliveries: z
    .partialRecord(z.enum(STATES), z.int())
    .describe('How many of its deliveries are in each state.'),
});

const delivery = {
  id: z.int(),
  eventKey: z.string(),
  destination: z.string(),
  route: z.string(),
  state: z.enum(STATES),
  dueAt: at,
  attempts: z.int(),
  replay: z.int().describe('How many times a person sent it anew.'),
  reason: text.describe('Why it is dead, or why it is tried again; null where all is well.'),
  createdAt: at,
  finishedAt: maybeAt,
};

const attempt = z.strictObject({
  deliveryId: z.int(),
  number: z.int(),
  startedAt: at,
  finishedAt: at,
  outcome: z.enum(['done', 'retry', 'dead']),
  note: text.describe('For people.'),
  answer: text.describe('What the other side answered.'),
});

export const eventsAnswer = z.strictObject({ events: z.array(eventSummary) });

const deliveryStory = z.strictObject({ ...delivery, attemptRecords: z.array(attempt) });

export const storyAnswer = z.strictObject({
  event: z.strictObject({
    ...eventHead,
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    bodyEncoding: z.enum(['utf8', 'base64']),
  }),
  deliveries: z.array(deliveryStory),
});

const exportedDelivery = deliveryStory.extend({
  uncertain: z.boolean().describe('An attempt may have arrived all the same, which the next has to look up.'),
  countedAttempts: z.int().describe('How many of the attempts count against the limit.'),
  orderingKey: text.describe(
    'Deliveries of one destination with the same ordering key stay in order. Null for the key of the event’s experience, and always if the ledger is in PostgreSQL.',
  ),
});

export const exportAnswer = z.strictObject({
  events: z.array(storyAnswer.extend({ deliveries: z.array(exportedDelivery) })),
});

export const previewAnswer = z.strictObject({
  text: z.string(),
  document: z.strictObject({ type: z.enum(['json', 'html', 'text']), content: z.string() }),
});

export const stepsAnswer = z.strictObject({
  steps: z.array(
    z.strictObject({
      destination: z.string(),
      does: z
        .enum(['revive', 'send', 'nothing'])
        .describe(
          'revive: its dead letter is tried again, under the same key; send: it is sent once more, as something new; nothing: it is on its way already.',
        ),
      words: z.string().describe('The same in a sentence.'),
      deliveryId: z.int().nullable(),
    }),
  ),
});

export const deadLettersAnswer = z.strictObject({
  groups: z.array(
    z.strictObject({
      destination: z.string(),
      cause: z.string().describe('Names the cause in other calls.'),
      reason: z.string().describe('What happened, and what to do.'),
      count: z.int(),
      firstAt: at,
      lastAt: at,
      letters: z.array(z.strictObject({ ...delivery, action: text, experienceName: text })),
    }),
  ),
  counted: z.int(),
  more: z.boolean().describe('There are more than were counted.'),
});

export const countAnswer = z.strictObject({ count: z.int() });

export const destinationsAnswer = z.strictObject({
  destinations: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      internal: z.boolean().describe('The receiver makes these deliveries for itself.'),
      state: z.enum(['working', 'unused', 'failing', 'paused']),
      words: z.string(),
      open: z.int(),
      dead: z.int(),
      health: z.strictObject({
        destination: z.string(),
        pausedUntil: z.int().describe('Milliseconds since 1970; 0 for never paused.'),
        pauseReason: text,
        failures: z.int().describe('Failures in a row.'),
        failingSince: maybeAt,
        lastSuccessAt: maybeAt,
        lastFailureAt: maybeAt,
        lastFailure: text,
        probing: z.boolean().describe('After a pause a single delivery probes.'),
      }),
    }),
  ),
});

export const experiencesAnswer = z.strictObject({
  experiences: z.array(
    z.strictObject({
      experienceId: z.string(),
      name: text,
      organizationId: text,
      source: z.string(),
      firstAt: at,
      lastAt: at,
      events: z.int(),
    }),
  ),
});

export const refusedAnswer = z.strictObject({
  refused: z.array(
    z.strictObject({
      at,
      source: z.string(),
      reason: z.string(),
      finding: text.describe('What was found out about it, in words.'),
      address: z.string(),
      headers: z.record(z.string(), z.string()),
      bodyStart: z.string(),
      bodyLength: z.int().nullable(),
    }),
  ),
});

export const timelineAnswer = z.strictObject({
  bucketMs: z.int(),
  buckets: z.array(z.strictObject({ from: at, events: z.int(), done: z.int(), dead: z.int() })),
});
