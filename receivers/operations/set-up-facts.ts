import { join } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { child, describedAs } from '../config/values/schema-walk.ts';
import type { MissingKind, SourceFacts } from '../console/pages/set-up.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import type { WebhookSource } from '../inbound/webhook.ts';
import { SECRET_FILE } from '../inbound/webhook-secret.ts';

/** So many of a secret's last characters are shown, if it is at least four times as long. */
const ENDING = 4;

/** Where a source's webhooks go. */
export function webhookUrl(base: string, source: string): string {
  const path = source === DEFAULT_SOURCE ? '' : `/${encodeURIComponent(source)}`;
  return `${base}/webhooks/intelligems${path}`;
}

/** What a person needs to set up each source at Intelligems; secrets by their ending only. */
export function sourceFacts(
  { sources, storage }: Pick<Configuration, 'sources' | 'storage'>,
  open: ReadonlyMap<string, WebhookSource>,
  base: string,
): SourceFacts[] {
  return sources.map(({ name, title, secrets }) => {
    const secret = open.get(name)?.secrets[0] ?? '';
    const where =
      secrets.length > 0
        ? 'It is the one in your settings.'
        : `The receiver made it: it is in the file ${join(storage.dataFolder, SECRET_FILE)}.`;
    const ending = secret.length >= 4 * ENDING ? secret.slice(-ENDING) : '';
    return { name, title, url: webhookUrl(base, name), secret: { where, ending } };
  });
}

/** The kinds of destinations that the settings do not name, with what connects them. */
export function missingKinds({ destinations }: Pick<Configuration, 'destinations'>): MissingKind[] {
  const file = destinations[0]?.file ?? null;
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
