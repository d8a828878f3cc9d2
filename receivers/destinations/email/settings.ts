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

/** The settings of an email destination, as they stand in receivers.yaml or come from the environment. */
export const emailSettings = z.strictObject({
  smtpUrl: z
    .string()
    .superRefine(smtpUrl)
    .describe('The mail server: smtps://user:password@host:465, or smtp://user:password@host:587.')
    .meta({ secret: true }),
  from: z
    .string()
    .superRefine(mailboxes(1))
    .describe('Who the mails come from: experiments@example.com, or Experiments <experiments@example.com>.'),
  to: z
    .union([z.string(), z.array(z.string())])
    .superRefine(mailboxes(Number.POSITIVE_INFINITY))
    .describe('Who gets the mails, as a list or separated by commas; at most 50.'),
  subject: z
    .enum(['thread', 'event'])
    .default('thread')
    .describe(
      '“thread”: the same subject for all mails of an experience, so that every mail program shows them as one thread. “event”: the subject says what happened; Gmail then shows each mail by itself.',
    ),
  templatesFolder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A folder of your own templates, such as startExperience.html.liquid; those that are missing there are the built-in ones.',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'Write a time zone as Europe/Zurich, America/New_York or UTC.')
    .default('UTC')
    .describe('The time zone of the times in the mails, such as Europe/Zurich.'),
  locale: z
    .string()
    .refine(isLocale, 'Write a locale as en-GB, en-US or de-CH.')
    .default('en-US')
    .describe('How dates and numbers are written, such as en-GB, en-US or de-CH.'),
  listId: z
    .string()
    .regex(/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u, 'Write it like a domain name: experiments.example.com.')
    .optional()
    .describe(
      'The name in List-Id, by which mail programs filter. Without it: experiments. and the domain of `from`.',
    ),
  unsubscribe: z
    .string()
    .regex(/^(https:\/\/|mailto:)[^\s<>,]+$/, 'Write an https:// page or a mailto: address.')
    .optional()
    .describe(
      'Where people ask to get no more of these mails: an https:// page or a mailto: address. Without it: a mail to `from`.',
    ),
});

export type EmailSettings = z.infer<typeof emailSettings>;
