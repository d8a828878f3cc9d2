import { pino } from 'pino';
import type { Attempt, Destination } from '../../../../receivers/contract/destination.ts';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import type { FakeSmtp } from '../../../fakes/smtp.ts';
import { NOW } from '../../../fixtures/messages.ts';
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

export function attempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    eventKey: 'evt_1',
    route: 'all',
    createdAt: NOW,
    uncertain: false,
    signal: new AbortController().signal,
    recall: async () => null,
    ...overrides,
  };
}

/** Recalls what these outcomes asked to remember, as the ledger does; the newest counts. */
export function recalling(...outcomes: object[]): Pick<Attempt, 'recall'> {
  const facts = Object.assign({}, ...outcomes.map((outcome) => (outcome as { remember?: object }).remember));
  return { recall: async (key) => (facts as Record<string, string>)[key] ?? null };
}
