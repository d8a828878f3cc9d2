import type { Attempt, Destination } from '../../../../receivers/contract/destination.ts';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import { NOW } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';

/** Opens the destination with settings as the environment would give them; private addresses are allowed. */
export function opened(settings: Record<string, unknown>): Promise<Destination> {
  return http.open(http.settings.parse({ allowPrivate: 'true', ...settings }), servicesFor(http));
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
