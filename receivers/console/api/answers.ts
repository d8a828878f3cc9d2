import { z } from 'zod';
import { ACTIONS } from '../../../shared/events.ts';
import { HEALTH_CHECKS } from '../../../shared/health-words.ts';
import { DELIVERY_STATES } from '../../contract/delivery.ts';
import { ORIGINS } from '../../operations/event-query.ts';
import type { ExperienceStory } from '../../operations/experiences.ts';

// The API's responses, for its description. Types and tests keep them true.

const at = z.int().describe('Milliseconds since 1970.');
const maybeAt = z.int().nullable().describe('Milliseconds since 1970, or null.');
const text = z.string().nullable();

const eventHead = {
  key: z.string(),
  sequence: z.int().describe('Counts up in order of acceptance.'),
  source: z.string(),
  origin: z.enum(ORIGINS),
  action: text.describe('Null for unrecognized events and for reports.'),
  experienceId: text,
  experienceName: text,
  organizationId: text,
  occurredAt: maybeAt.describe('When it happened, as the event says.'),
  receivedAt: at,
  problem: text.describe('Why a verified body is not recognized; null for a known event.'),
  late: z.boolean().describe('A newer event of the same experience was accepted before it.'),
  triggeredBy: text.describe('Who caused it, if Intelligems named a person after the event.'),
};

const eventFacts = {
  by: text.describe('The email address of the person who caused it.'),
  store: text.describe('The name of the store, or its domain.'),
};

const eventSummary = z.strictObject({
  ...eventHead,
  ...eventFacts,
  printed: z.int().describe('Deliveries that were only printed in the log, because nothing is connected.'),
  deliveries: z
    .partialRecord(z.enum(DELIVERY_STATES), z.int())
    .describe('The number of its deliveries in each state, without internal and printed ones.'),
});

const delivery = {
  id: z.int(),
  eventKey: z.string(),
  destination: z.string(),
  route: z.string(),
  state: z.enum(DELIVERY_STATES),
  dueAt: at,
  attempts: z.int(),
  replay: z.int().describe('How many times a person has sent it again.'),
  reason: text.describe('Why it failed, or why it will be tried again; null if all is well.'),
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
  answer: text.describe('The response of the other side.'),
});

export const events = z.strictObject({ events: z.array(eventSummary) });

const storedEvent = {
  ...eventHead,
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  bodyEncoding: z.enum(['utf8', 'base64']),
};

const attempts = { attemptRecords: z.array(attempt) };

export const story = z.strictObject({
  event: z.strictObject({ ...storedEvent, ...eventFacts }),
  deliveries: z.array(
    z.strictObject({
      ...delivery,
      ...attempts,
      title: z.string().describe('What people call the destination.'),
      effect: z
        .enum(['sends', 'prints', 'internal'])
        .describe('sends: to people; prints: in the log only; internal: the receiver makes it for itself.'),
      cause: z.string().describe('Why the delivery was made, in a few words.'),
    }),
  ),
});

const exportedDelivery = z.strictObject({
  ...delivery,
  ...attempts,
  uncertain: z.boolean().describe('An attempt may have arrived. The next one has to look before it sends.'),
  countedAttempts: z.int().describe('The number of attempts that count against the limit.'),
  orderingKey: text.describe(
    'Deliveries of one destination with the same ordering key stay in order. Null for the key of the event’s experience, and always null from PostgreSQL.',
  ),
});

export const exported = z.strictObject({
  events: z.array(
    z.strictObject({ event: z.strictObject(storedEvent), deliveries: z.array(exportedDelivery) }),
  ),
});

export const previews = z.strictObject({
  previews: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      title: z.string(),
      example: z.boolean().describe('Rendered with example settings: no such destination is connected.'),
    }),
  ),
});

export const preview = z.strictObject({
  text: z.string(),
  document: z.strictObject({ type: z.enum(['json', 'html', 'text']), content: z.string() }),
});

export const explainedEvent = z.strictObject({
  action: z.string(),
  experience: z.string().describe('The name of the experience.'),
  outcomes: z.array(
    z.strictObject({
      sources: z.array(z.string()).describe('The sources for which it is the same.'),
      routes: z.array(
        z.strictObject({
          route: z.string(),
          matches: z.boolean(),
          words: z.string().describe('Why it matches or not, and what follows.'),
        }),
      ),
      destinations: z.array(z.string()).describe('The destinations that get it.'),
    }),
  ),
});

export const spanPlan = z.strictObject({
  events: z.int().describe('How many events there are, without tests, reports and unrecognized events.'),
  more: z.boolean().describe('There are more than can be sent in one go: choose a shorter span.'),
  firstAt: z.int().nullable().describe('When the first of them was received.'),
  lastAt: z.int().nullable().describe('When the last of them was received.'),
  steps: z.array(
    z.strictObject({
      destination: z.string(),
      title: z.string(),
      first: z.int().describe('Events that were never sent there, and are sent now.'),
      again: z.int().describe('Events that are sent once more, as something new.'),
      revive: z.int().describe('Events whose dead letter is tried again.'),
      nothing: z.int().describe('Events that are already on their way.'),
      words: z.string().describe('The same in sentences.'),
    }),
  ),
});

export const steps = z.strictObject({
  steps: z.array(
    z.strictObject({
      destination: z.string(),
      title: z.string(),
      does: z
        .enum(['revive', 'send', 'nothing'])
        .describe(
          'revive: its dead letter is tried again, under the same key; send: it is sent once more, as something new; nothing: it is already on its way.',
        ),
      words: z.string().describe('The same in a sentence.'),
      deliveryId: z.int().nullable(),
    }),
  ),
});

export const deadLetters = z.strictObject({
  groups: z.array(
    z.strictObject({
      destination: z.string(),
      title: z.string(),
      cause: z.string().describe('Identifies the cause in other calls.'),
      reason: z.string().describe('What happened, and what to do.'),
      repeated: text.describe(
        'What sending them again does if they arrived after all; null if nothing is sent.',
      ),
      count: z.int(),
      firstAt: at,
      lastAt: at,
      letters: z.array(z.strictObject({ ...delivery, action: text, experienceName: text })),
    }),
  ),
  counted: z.int(),
  more: z.boolean().describe('There are more than were counted.'),
});

export const count = z.strictObject({ count: z.int() });

export const destinations = z.strictObject({
  destinations: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      internal: z.boolean().describe('The receiver makes these deliveries for itself.'),
      effect: z.enum(['sends', 'prints', 'internal']),
      current: z.boolean().describe('False if the settings no longer name it, and it still has deliveries.'),
      state: z.enum(['working', 'unused', 'failing', 'paused']),
      words: z.string(),
      open: z.int(),
      dead: z.int(),
      health: z.strictObject({
        destination: z.string(),
        pausedUntil: z.int().describe('Milliseconds since 1970; 0 if it was never paused.'),
        pauseReason: text,
        failures: z.int().describe('Failures in a row.'),
        failingSince: maybeAt,
        lastSuccessAt: maybeAt,
        lastFailureAt: maybeAt,
        lastFailure: text,
        probing: z.boolean().describe('After a pause, a single delivery tests the destination.'),
      }),
    }),
  ),
});

export const checked = z.strictObject({
  at,
  checks: z.array(
    z.strictObject({
      what: z.string(),
      state: z.enum(['ok', 'warning', 'fault']),
      finding: z.string(),
      fix: text,
    }),
  ),
});

export const checks = z.strictObject({ checks: z.record(z.string(), checked.nullable()) });

export const setUp = z.strictObject({
  sources: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      path: z.string().describe('Where its webhooks go on this receiver.'),
      secret: z.strictObject({
        where: z.string().describe('Where the secret is.'),
        ending: z.string().describe('Its last characters; empty for a short one.'),
      }),
    }),
  ),
  publicUrl: text,
  previewOnly: z.boolean().describe('Nothing is connected: events are stored and printed in the log.'),
  missing: z.array(
    z.strictObject({
      kind: z.string(),
      title: z.string(),
      file: text,
      settings: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    }),
  ),
});

const life = z.strictObject({
  status: z.enum(['pending', 'started', 'paused', 'ended', 'deleted']),
  createdAt: maybeAt,
  startedAt: maybeAt,
  endedAt: maybeAt,
  liveMs: z.int().nullable().describe('How long it has been live, without pauses, in milliseconds.'),
  phases: z.array(
    z.strictObject({ state: z.enum(['created', 'running', 'paused']), from: z.int(), to: maybeAt }),
  ),
  moments: z.array(z.strictObject({ at, action: z.enum(ACTIONS) })),
});

const verdict = z
  .enum([
    'strong_win',
    'directional_win',
    'directional_loss',
    'strong_loss',
    'mixed_signals',
    'not_ready',
    'error',
  ])
  .nullable();

export const experiences = z.strictObject({
  experiences: z.array(
    z.strictObject({
      experienceId: z.string(),
      name: text,
      organizationId: text,
      source: z.string(),
      firstAt: at,
      lastAt: at,
      events: z.int(),
      life,
      verdict,
      test: z.boolean().describe('Its newest events are all tests.'),
    }),
  ),
});

export const testExperiences = z.strictObject({
  experiences: z.array(
    z.strictObject({
      source: z.string(),
      experienceId: z.string(),
      name: text,
      events: z.int(),
      settled: z.boolean().describe('None of its deliveries is open, so that it can be removed.'),
    }),
  ),
});

/** What is passed on as it was received has no closed schema. */
function open<Shape>(description: string): z.ZodType<Shape> {
  return z.looseObject({}).describe(description) as unknown as z.ZodType<Shape>;
}

export const muted = z.strictObject({ muted: z.array(z.enum(HEALTH_CHECKS)) });

const finding = {
  check: z.enum(HEALTH_CHECKS),
  about: z.string().describe('The variation and metric it concerns; empty for the whole experience.'),
  state: z.enum(['alarm', 'fine', 'unknown']),
  words: z.string().describe('Why, with the numbers.'),
  advice: text,
};

const health = z.strictObject({
  checkedAt: at,
  variations: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      isControl: z.boolean(),
      percentage: z.number().nullable(),
    }),
  ),
  sharesSince: maybeAt.describe('When the shares were changed last; null if they were not.'),
  findings: z.array(z.strictObject(finding)),
  pending: z
    .array(
      z.strictObject({ check: z.enum(HEALTH_CHECKS), about: z.string(), to: z.enum(['alarm', 'fine']), at }),
    )
    .describe('What was seen once. It counts when the next check finds it too.'),
  alarms: z.array(
    z.strictObject({
      ...finding,
      since: at,
      unreported: z
        .enum(['baseline', 'muted'])
        .nullable()
        .describe(
          'baseline: it was so when monitoring began; muted: a person muted it; null: it was reported.',
        ),
    }),
  ),
  verdict: z.strictObject({
    known: verdict,
    pending: z.strictObject({ verdict: verdict.unwrap(), at }).nullable(),
  }),
  points: z.array(
    z.strictObject({
      at,
      visitors: z.array(z.number().nullable()),
      probability: z.array(z.number().nullable()).describe('The chance to beat the control, 0 to 1.'),
      liveMs: z.number(),
    }),
  ),
  muted: z.array(z.enum(HEALTH_CHECKS)),
});

const requester = z.strictObject({
  via: z.enum(['slack', 'console', 'policy']).describe('policy: the settings AUTO_PAUSE_… asked for it.'),
  name: text,
  email: text,
});

const lifecycle = z.strictObject({
  offer: z
    .enum(['pause', 'start'])
    .nullable()
    .describe('What can be requested now: a pause, or a start if it was paused here; null for neither.'),
  settled: z
    .array(
      z.strictObject({
        request: z.strictObject({
          action: z.enum(['pause', 'start']),
          by: requester,
          source: z.string(),
          experienceId: z.string(),
          name: z.string(),
          number: z.int(),
          press: text,
          why: text,
        }),
        outcome: z.enum(['done', 'needless', 'failed', 'unknown']),
        at,
      }),
    )
    .describe('The last requests, oldest first.'),
});

export const requested = z.union([
  z.strictObject({ state: z.literal('accepted'), key: z.string().describe('Of the event that keeps it.') }),
  z.strictObject({ state: z.literal('refused'), reason: z.string() }),
]);

export const experience = z.strictObject({
  source: z.string(),
  health: health.nullable().describe('What the checks found while it ran; null if it was never checked.'),
  lifecycle,
  life,
  experience: open<ExperienceStory['experience']>('The newest snapshot of the experience.'),
  organization: open<ExperienceStory['organization']>('The organization that it belongs to.'),
  events: z.array(eventSummary),
  results: open<ExperienceStory['results']>('Its results as a report; null if there are none.').nullable(),
  link: text.describe('Where it opens in Intelligems.'),
});

export const refused = z.strictObject({
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

export const timeline = z.strictObject({
  bucketMs: z.int(),
  buckets: z.array(z.strictObject({ from: at, events: z.int(), done: z.int(), dead: z.int() })),
});
