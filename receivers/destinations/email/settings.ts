import { z } from 'zod';
import { parseMailboxes } from './addresses.ts';
import { smtpUrlProblem } from './smtp-server.ts';

function mailboxes(most: number) {
  return (value: string | string[], context: z.RefinementCtx): void => {
    const parsed = parseMailboxes(value);
    if (!parsed.ok) {
      context.addIssue(`${parsed.problem} Write it as ann@example.com or Ann <ann@example.com>.`);
    } else if (parsed.mailboxes.length > most) {
      context.addIssue('Give one address only.');
    }
  };
}

function smtpUrl(value: string, context: z.RefinementCtx): void {
  const problem = smtpUrlProblem(value);
  if (problem !== null) {
    context.addIssue(problem);
  }
}

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) !== null;
  } catch {
    return false;
  }
}

function isLocale(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length > 0;
  } catch {
    return false;
  }
}

/** The settings of an email destination, from receivers.yaml or the environment. */
export const emailSettings = z.strictObject({
  smtpUrl: z
    .string()
    .superRefine(smtpUrl)
    .describe(
      'The mail server: smtps://user:password@host:465 (TLS), or smtp://user:password@host:587 (STARTTLS).',
    )
    .meta({ secret: true }),
  from: z
    .string()
    .superRefine(mailboxes(1))
    .describe('The sender: experiments@example.com, or Experiments <experiments@example.com>.'),
  to: z
    .union([z.string(), z.array(z.string())])
    .superRefine(mailboxes(Number.POSITIVE_INFINITY))
    .describe('The recipients, as a list or separated by commas; at most 50.'),
  subject: z
    .enum(['thread', 'event'])
    .default('thread')
    .describe(
      '“thread”: one subject for all mails of an experience, so that every mail program shows them as a thread. “event”: the subject says what happened, and Gmail shows each mail separately.',
    ),
  templatesFolder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A folder of your own templates, such as startExperience.html.liquid. The built-in ones are used for the rest.',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'Write a time zone as America/New_York, Europe/Zurich or UTC.')
    .default('UTC')
    .describe('The time zone of the times in mails, such as America/New_York.'),
  locale: z
    .string()
    .refine(isLocale, 'Write a locale as en-US, en-GB or de-CH.')
    .default('en-US')
    .describe('The locale of dates and numbers, such as en-US, en-GB or de-CH.'),
  listId: z
    .string()
    .regex(/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u, 'Write it like a domain name: experiments.example.com.')
    .optional()
    .describe(
      'The List-Id header, which mail programs can filter by. Default: experiments. and the domain of `from`.',
    ),
  unsubscribe: z
    .string()
    .regex(/^(https:\/\/|mailto:)[^\s<>,]+$/, 'Write an https:// page or a mailto: address.')
    .optional()
    .describe('Where people unsubscribe: an https:// page or a mailto: address. Default: a mail to `from`.'),
});

export type EmailSettings = z.infer<typeof emailSettings>;
