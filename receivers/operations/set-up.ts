import { join } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { child, describedAs } from '../config/values/schema-walk.ts';
import { IN_CONSOLE } from '../contract/destination.ts';
import type { Plan } from '../contract/plan.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import { newEvent } from '../inbound/new-event.ts';
import { SECRET_FILE } from '../inbound/webhook-secret.ts';
import type { WebhookSource } from '../inbound/webhook-services.ts';
import { requireKnown } from './fault.ts';
import type { OperationServices } from './services.ts';
import { testBody } from './test-event.ts';

/** What a person needs to connect this receiver. */
export interface SetUp {
  sources: SourceSetUp[];
  /** The public URL of the settings; null if it is not set. */
  publicUrl: string | null;
  /** Nothing is connected: events are stored and printed in the log. */
  previewOnly: boolean;
  /** Kinds of destinations that are not connected. */
  missing: MissingKind[];
}

export interface SourceSetUp {
  name: string;
  title: string;
  /** Where its webhooks go on this receiver: `/webhooks/intelligems`. */
  path: string;
  /** Where the secret is, in a sentence, and its last characters; empty for a short one. */
  secret: { where: string; ending: string };
}

export interface MissingKind {
  kind: string;
  title: string;
  /** The settings file to add it to; null if there is none. */
  file: string | null;
  /** The settings that connect it, by environment variable or by their name in the file. */
  settings: { name: string; description: string }[];
}

/** Last characters of a secret that are shown, if it is at least four times as long. */
const ENDING = 4;

export function setUpOperations(services: OperationServices) {
  const { configuration, ledger, now } = services;
  const sources = configuration.sources.map(({ name }) => name);
  const addressable = services.destinations.filter(({ internal }) => !internal).map(({ name }) => name);

  return {
    async setUp(): Promise<SetUp> {
      return {
        sources: sourceSetUps(configuration, services.running?.sources ?? new Map()),
        publicUrl: configuration.server.publicUrl,
        previewOnly: isPreviewOnly(services),
        missing: missingKinds(configuration),
      };
    },

    async sendTest(source: string | null, destination: string | null) {
      const from = source ?? (sources[0] as string);
      requireKnown('source', from, sources);
      if (destination !== null) {
        requireKnown('destination', destination, addressable);
      }
      const receivedAt = now();
      const plan: Plan =
        destination === null
          ? services.plan
          : () => [{ destination, route: 'test', dueAt: receivedAt, quietMs: null }];
      const test = {
        body: testBody(receivedAt),
        headers: {},
        source: from,
        origin: 'test' as const,
        receivedAt,
      };
      return (await ledger.accept(newEvent(test, plan))).key;
    },
  };
}

/** The path of a source's webhooks. */
export function webhookPath(source: string): string {
  return source === DEFAULT_SOURCE
    ? '/webhooks/intelligems'
    : `/webhooks/intelligems/${encodeURIComponent(source)}`;
}

/** Where a source's webhooks go. */
export function webhookUrl(base: string, source: string): string {
  return `${base}${webhookPath(source)}`;
}

/** Whether events only go to the log. */
function isPreviewOnly({ configuration, destinations }: OperationServices): boolean {
  return destinations
    .filter(({ internal }) => !internal)
    .every(({ name }) =>
      configuration.destinations.some((each) => each.name === name && each.kind.kind === 'preview'),
    );
}

function sourceSetUps(
  { sources, storage }: Pick<Configuration, 'sources' | 'storage'>,
  open: ReadonlyMap<string, WebhookSource>,
): SourceSetUp[] {
  return sources.map(({ name, title, secrets }) => {
    const secret = open.get(name)?.secrets[0] ?? '';
    const where =
      secrets.length > 0
        ? 'It is the one in your settings.'
        : `The receiver made one: it is in the file ${join(storage.dataFolder, SECRET_FILE)}.`;
    const ending = secret.length >= 4 * ENDING ? secret.slice(-ENDING) : '';
    return { name, title, path: webhookPath(name), secret: { where, ending } };
  });
}

function missingKinds({ destinations }: Pick<Configuration, 'destinations'>): MissingKind[] {
  const file = destinations.find((each) => each.file !== IN_CONSOLE)?.file ?? null;
  return DESTINATION_KINDS.filter(
    ({ kind }) => kind !== 'preview' && !destinations.some((destination) => destination.kind.kind === kind),
  ).map(({ kind, title, environment, settings }) => ({
    kind,
    title,
    file,
    settings: Object.entries(environment).map(([name, field]) => ({
      name: file === null ? name : field,
      description: describedAs(child(settings, field)) ?? '',
    })),
  }));
}
