import type { Configuration } from '../config/configuration.ts';
import type { ConfiguredDestination, Destination } from '../contract/destination.ts';
import type { Outcome } from '../contract/outcome.ts';
import { experienceMessage } from '../delivery/message.ts';
import { checkFindings } from '../destinations/checks.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import { settingName } from '../destinations/setting-name.ts';
import { checkTokens } from '../intelligems/check.ts';
import { openClients } from '../intelligems/clients.ts';
import { drafted, draftFaults, movedSecretFaults, plannedSave } from './connection-drafts.ts';
import { isSecretField } from './connection-list.ts';
import type { ConnectionServices } from './connection-services.ts';
import { examined, readKept } from './connection-writing.ts';
import type { ConnectionOperations, Draft, DraftFault } from './connections.ts';
import { unstoredEvent } from './preview.ts';
import { routeOperations } from './routes.ts';
import { testBody } from './test-event.ts';

/** Time limit of a test message, milliseconds. */
const TEST_MS = 30_000;

const CHANGED = 'Somebody else changed this meanwhile. Reload it, and make your change again.';

/** The operations that try a draft without saving it. */
export function trialOperations(
  services: ConnectionServices,
): Pick<ConnectionOperations, 'checkDraft' | 'testDraft' | 'choices' | 'previewDraft' | 'explainDraft'> {
  return {
    async checkDraft(draft) {
      const { faults, configuration, name } = await validated(draft, services);
      if (faults.length > 0 || configuration === null) {
        return { faults, checks: [] };
      }
      if (draft.kind === 'source') {
        const sources = configuration.sources.filter((each) => each.name === name);
        return { faults, checks: await checkTokens(openClients(configuration.intelligems, sources)) };
      }
      const configured = configuration.destinations.find((each) => each.name === name);
      if (draft.kind === 'route' || configured === undefined) {
        return { faults, checks: [] };
      }
      const opened = await withOpen(configured, services, (destination) => checkFindings(name, destination));
      return 'fault' in opened ? { faults: [opened.fault], checks: [] } : { faults, checks: opened.result };
    },

    async testDraft(draft) {
      const { faults, configuration, name } = await validated(draft, services);
      const configured = configuration?.destinations.find((each) => each.name === name);
      if (faults.length > 0 || configuration === null || configured === undefined) {
        return { faults, outcome: null };
      }
      const opened = await withOpen(configured, services, (destination) =>
        sendTest(destination, configuration, services.now()),
      );
      return 'fault' in opened
        ? { faults: [opened.fault], outcome: null }
        : { faults, outcome: opened.result };
    },

    async previewDraft(draft) {
      const { faults, configuration, name } = await validated(draft, services);
      const configured = configuration?.destinations.find((each) => each.name === name);
      if (faults.length > 0 || configuration === null || configured === undefined) {
        return { faults, preview: null };
      }
      const { message } = testMessage(configuration, services.now());
      return { faults, preview: configured.kind.preview(message, configured.settings) };
    },

    async explainDraft(draft, { body, source, at }) {
      const { faults, configuration } = await validated(draft, services);
      const explained =
        faults.length > 0 || configuration === null
          ? null
          : await routeOperations(configuration).explainRoutes(body, source, at);
      return { faults, explained };
    },

    async choices(draft, field) {
      const kept = await readKept(services);
      const put = drafted(draft, kept, services.configuration());
      const type = 'conflict' in put ? null : put.connection.type;
      const kind = DESTINATION_KINDS.find((each) => each.kind === type);
      if ('conflict' in put || kind?.choices === undefined || movedSecretFaults(put).length > 0) {
        return [];
      }
      maskSecrets(draft, type, services);
      return kind.choices(put.whole, field, {
        log: services.log,
        now: services.now,
      });
    },
  };
}

/** Validates a draft together with everything else, as if it were saved. */
async function validated(
  draft: Draft,
  services: ConnectionServices,
): Promise<{ faults: DraftFault[]; configuration: Configuration | null; name: string }> {
  const kept = await readKept(services);
  const put = drafted(draft, kept, services.configuration());
  if ('conflict' in put) {
    return { faults: [{ field: '', message: CHANGED }], configuration: null, name: '' };
  }
  const { name, type } = put.connection;
  maskSecrets(draft, type, services);
  const taken = draftFaults(put, services.configuration());
  if (taken.length > 0) {
    return { faults: taken, configuration: null, name };
  }
  const planned = plannedSave(put, kept, services.key);
  return { ...examined(services, kept, planned), name };
}

function maskSecrets(draft: Draft, type: string | null, { mask }: ConnectionServices): void {
  const secrets = Object.entries(draft.values)
    .filter(([field]) => isSecretField({ kind: draft.kind, type }, field))
    .flatMap(([, value]) => textsIn(value));
  mask.add(secrets);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Opens a destination for one piece of work, and closes it. */
async function withOpen<Result>(
  configured: ConfiguredDestination,
  { log, mask, now }: ConnectionServices,
  work: (destination: Destination) => Promise<Result>,
): Promise<{ result: Result } | { fault: DraftFault }> {
  let destination: Destination;
  try {
    destination = await configured.kind.open(configured.settings, {
      name: configured.name,
      setting: settingName(configured),
      log: log.child({ destination: configured.name }),
      now,
      hideSecrets: (text) => mask.hide(text),
    });
  } catch (error) {
    return { fault: { field: '', message: `It cannot be opened: ${mask.hide((error as Error).message)}` } };
  }
  try {
    return { result: await work(destination) };
  } finally {
    await destination.close();
  }
}

/** Sends a test event, which no ledger keeps. */
function sendTest(destination: Destination, configuration: Configuration, now: number): Promise<Outcome> {
  const { message, event } = testMessage(configuration, now);
  return destination.send(message, {
    number: 1,
    eventKey: event.key,
    route: 'test',
    createdAt: now,
    uncertain: false,
    signal: AbortSignal.timeout(TEST_MS),
    recall: async () => null,
  });
}

function testMessage({ intelligems, server }: Configuration, now: number) {
  const event = unstoredEvent(testBody(now).toString(), 1);
  const delivery = {
    eventKey: event.key,
    replay: 0,
    event: { ...event, origin: 'test' as const },
    merged: [],
  };
  const links = { addresses: intelligems.addresses, publicUrl: server.publicUrl };
  return { event, message: experienceMessage(delivery, [delivery.event], links, now) };
}
