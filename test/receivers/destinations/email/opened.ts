import { pino } from 'pino';
import type { Attempt, Destination } from '../../../../receivers/contract/destination.ts';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import { EmailDestination, type EmailParts } from '../../../../receivers/destinations/email/send.ts';
import { SMTP_TIMEOUTS, type SmtpTimeouts } from '../../../../receivers/destinations/email/timeouts.ts';
import type { FakeSmtp } from '../../../fakes/smtp.ts';
import { servicesFor } from '../../../fixtures/services.ts';

export const SETTINGS = {
  from: 'Experiments <bot@alpine.example>',
  to: 'maya@alpine.example, "Keller, Jonas" <jonas@alpine.example>',
};

/** Opens the destination on the fake, with settings as the environment would give them. */
export function opened(
  smtp: Pick<FakeSmtp, 'url'>,
  settings: Record<string, unknown> = {},
  log = pino({ level: 'silent' }),
): Promise<Destination> {
  return email.open(email.settings.parse({ smtpUrl: smtp.url, ...SETTINGS, ...settings }), {
    ...servicesFor(email),
    log,
  });
}

/** Opens the destination with times that a test can wait for, in milliseconds. */
export function openedWith(
  timeouts: Partial<SmtpTimeouts>,
  smtp: Pick<FakeSmtp, 'url'>,
  settings: Record<string, unknown> = {},
  parts: Partial<EmailParts> = {},
): Destination {
  const parsed = email.settings.parse({ smtpUrl: smtp.url, ...SETTINGS, ...settings });
  return new EmailDestination(parsed, servicesFor(email), {
    ...parts,
    timeouts: { ...SMTP_TIMEOUTS, ...timeouts },
  });
}

/** Recalls what these outcomes asked to remember, as the ledger does; the newest counts. */
export function recalling(...outcomes: object[]): Pick<Attempt, 'recall'> {
  const facts = Object.assign({}, ...outcomes.map((outcome) => (outcome as { remember?: object }).remember));
  return { recall: async (key) => (facts as Record<string, string>)[key] ?? null };
}
