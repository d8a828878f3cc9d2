import type { Attempt, Destination } from '../../../../receivers/contract/destination.ts';
import type { Message } from '../../../../receivers/contract/message.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { slack } from '../../../../receivers/destinations/slack/definition.ts';
import type { FakeSlack } from '../../../fakes/slack.ts';
import { NOW } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';

/** Does for a destination what the delivery queue does: keeps its facts, and tries again. */
export interface Desk {
  destination: Destination;
  facts: Map<string, string>;
  /** One attempt. */
  attempt(message: Message, details?: Partial<Attempt>): Promise<Outcome>;
  /** Attempts until one is done, later ones uncertain if needed; fails on a dead letter. */
  deliver(message: Message, details?: Partial<Attempt>): Promise<Outcome & { type: 'done' }>;
}

const MOST_ATTEMPTS = 50;

/** Opens a Slack destination on a fake workspace, or on any settings. */
export async function openDesk(settings: Record<string, unknown>, name = 'slack'): Promise<Desk> {
  const destination = await slack.open(slack.settings.parse(settings), servicesFor(slack, { name }));
  const facts = new Map<string, string>();
  const attempt = async (message: Message, details: Partial<Attempt> = {}): Promise<Outcome> => {
    const outcome = await destination.send(message, {
      number: 1,
      eventKey: 'evt_1',
      route: 'all',
      createdAt: NOW,
      uncertain: false,
      signal: AbortSignal.timeout(20_000),
      recall: async (key) => facts.get(key) ?? null,
      ...details,
    });
    for (const [key, value] of Object.entries(outcome.remember ?? {})) {
      facts.set(key, value);
    }
    return outcome;
  };
  return {
    destination,
    facts,
    attempt,
    async deliver(message, details = {}) {
      let uncertain = details.uncertain ?? false;
      for (let number = 1; number <= MOST_ATTEMPTS; number += 1) {
        const outcome = await attempt(message, { ...details, number, uncertain });
        if (outcome.type === 'done') {
          return outcome;
        }
        if (outcome.type === 'dead') {
          throw new Error(outcome.reason);
        }
        uncertain ||= outcome.uncertain === true;
      }
      throw new Error('never done');
    },
  };
}

/** The settings of a destination with a bot token. */
export function tokenSettings(fake: FakeSlack, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { token: fake.token, channel: 'C0123456789', apiUrl: fake.url, ...more };
}
