import { z } from 'zod';
import { ACTIONS, type Action } from '../../shared/events.ts';
import { nearest, suggestion } from '../base/nearest.ts';
import { alternatives, amount, flag, list, oneOf, text, timeZone } from '../base/setting-values.ts';
import { DOCUMENTED } from './documented.ts';
import { fitsPattern, LONGEST_PATTERN } from './pattern.ts';
import { DAYS, type Known, type Route } from './route.ts';

const ACTION_WORDS = ACTIONS.map((action) => action.replace('Experience', ''));

const actionAdvice = `Write ${alternatives(ACTION_WORDS)}.`;

const action = z.string().transform((word, context): Action => {
  const found = ACTIONS.find((name, index) => name === word || ACTION_WORDS[index] === word.toLowerCase());
  if (found === undefined) {
    context.addIssue(actionAdvice);
    return z.NEVER;
  }
  return found;
});

function patterns(what: string, example: string, problem: (pattern: string) => string | null = () => null) {
  const advice = `Write ${what}, or several as a list; * stands for any characters, as in ${example}.`;
  const tooLong = `Write a pattern of at most ${LONGEST_PATTERN} characters.`;
  const pattern = z
    .string({ error: advice })
    .trim()
    .min(1, { error: advice })
    .max(LONGEST_PATTERN, { error: tooLong })
    .superRefine((written, context) => {
      const found = problem(written);
      if (found !== null) {
        context.addIssue(found);
      }
    });
  return z
    .union([z.string().transform((one) => [one]), z.array(z.string())], { error: advice })
    .pipe(z.array(pattern).min(1, { error: advice }))
    .nullable()
    .default(null);
}

/** What is wrong with a pattern that fits no documented value and is nearly one. */
function misspelt(documented: readonly string[]): (pattern: string) => string | null {
  return (pattern) => {
    const meant = documented.some((value) => fitsPattern(pattern, value))
      ? null
      : nearest(pattern, documented);
    return meant === null ? null : `Intelligems does not document this value. Did you mean “${meant}”?`;
  };
}

const percent = amount(0, 100, 50);

const sourcePatterns = (problem?: (pattern: string) => string | null) =>
  patterns('the name of a source', 'alpine-*', problem).describe('Names of sources.');

const conditions = z.strictObject({
  actions: list(action, actionAdvice)
    .nullable()
    .default(null)
    .describe(`The actions: ${ACTION_WORDS.join(', ')}.`)
    .meta({ examples: ACTION_WORDS, closed: true, main: true }),
  types: patterns('a type', 'content/*', misspelt(DOCUMENTED.types))
    .describe('Experience types, such as pricing or content/*.')
    .meta({ examples: DOCUMENTED.types, main: true }),
  categories: patterns('a category', 'experiment', misspelt(DOCUMENTED.categories))
    .describe('Categories: experiment, personalization.')
    .meta({ examples: DOCUMENTED.categories }),
  statuses: patterns('a status', 'started', misspelt(DOCUMENTED.statuses))
    .describe('Statuses: pending, started, paused, ended.')
    .meta({ examples: DOCUMENTED.statuses }),
  names: patterns('a name', '*price*')
    .describe(
      'Names of experiences. * matches any characters and ? one character; case does not matter: *price*.',
    )
    .meta({ main: true }),
  sources: sourcePatterns(),
  organizations: patterns('an organization', 'alpine-*').describe(
    'Organizations, by id, name or store domain.',
  ),
  share: z
    .strictObject({
      atLeast: percent.default(0).describe('In percent.'),
      atMost: percent.default(100).describe('In percent.'),
    })
    .refine(({ atLeast, atMost }) => atLeast <= atMost, 'Write an atLeast that is not above atMost.')
    .nullable()
    .default(null)
    .describe('A variation other than the control gets at least and at most this share of the traffic.'),
});

/** The conditions, for a receiver with these sources. */
const conditionsOf = (sources: readonly string[]) =>
  conditions.extend({
    sources: sourcePatterns((pattern) =>
      sources.some((name) => fitsPattern(pattern, name)) ? null : unknownName('source', pattern, sources),
    ),
  });

const clockAdvice = 'Write a time of day in quotes, such as "22:00".';

const clock = z
  .string({ error: clockAdvice })
  .regex(/^(([01]?\d|2[0-3]):[0-5]\d|24:00)$/, clockAdvice)
  .transform((time) => {
    const [hours, minutes] = time.split(':');
    return Number(hours) * 60 + Number(minutes);
  });

const quietHours = z
  .strictObject({
    from: clock.describe('When they begin, such as "22:00".'),
    to: clock.describe(
      'When they end, such as "07:00". If it is before `from`, they end on the next day. "24:00" is midnight.',
    ),
    timeZone: timeZone().describe('The time zone of both, such as Europe/Zurich.'),
    days: list(oneOf(DAYS), `Write days as ${alternatives(DAYS)}.`)
      .default([...DAYS])
      .describe('The days on which they begin. Default: every day.')
      .meta({ examples: [...DAYS], closed: true }),
    afterwards: oneOf(['deliver', 'drop'])
      .default('deliver')
      .describe('deliver sends events when the quiet hours end. drop does not send them.'),
  })
  .refine(({ from, to }) => from % 1440 !== to % 1440 || (from === 0 && to === 1440), {
    error: 'Write a `to` that differs from `from`.',
    path: ['to'],
  })
  .refine(({ from, to, days }) => !(from === 0 && to === 1440 && new Set(days).size === DAYS.length), {
    error:
      'These quiet hours never end. Leave out a day or an hour. To send nothing at all, write mute: true.',
    path: ['days'],
  });

/** The message for an unknown name. */
export function unknownName(what: 'source' | 'destination', name: string, known: readonly string[]): string {
  return `There is no ${what} with this name.${suggestion(name, known) || ` Write one of ${known.join(', ')}.`}`;
}

/**
 * A route in receivers.yaml.
 *
 * @param known the names it may use; null to accept all
 */
export function routeSettings(known: Known | null) {
  const destination = z.string().superRefine((name, context) => {
    if (known !== null && !known.destinations.includes(name)) {
      context.addIssue(unknownName('destination', name, known.destinations));
    }
  });
  const advice = 'Write the name of a destination, or several as a list.';
  return z
    .strictObject({
      name: text('Write a name for people.').describe('The name, unique among the routes.'),
      when: (known === null ? conditions : conditionsOf(known.sources))
        .prefault({})
        .describe('Which events. All conditions must be met. Default: every event.')
        .meta({ main: true }),
      to: list(destination, advice)
        .optional()
        .describe('The names of the destinations. With mute, the default is all of them.')
        .meta({ closed: true, main: true }),
      mute: flag()
        .default(false)
        .describe('true sends matching events to none of these destinations, even if other routes do.'),
      health: flag()
        .default(true)
        .describe(
          'false sends these destinations no reports on the health and the verdict of running experiences.',
        ),
      quietHours: quietHours.nullable().default(null).describe('When to send nothing to these destinations.'),
    })
    .refine(({ mute, to }) => (mute === true && to === undefined) || (to?.length !== 0 && to !== undefined), {
      error: advice,
      path: ['to'],
      when: () => true,
    })
    .transform(
      ({ to, ...route }): Route => ({ ...route, to: [...new Set(to ?? known?.destinations ?? [])] }),
    );
}
