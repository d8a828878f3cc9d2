import { DEFAULT_SOURCE, type Source } from '../contract/source.ts';
import { madeSecret, ownSecret } from './webhook-secret.ts';
import type { WebhookSource } from './webhook-services.ts';

/**
 * The sources with the secrets that verify their webhooks. A source without a configured secret gets one that the
 * receiver makes. If a secret is configured later, the one that the receiver made counts as a previous secret.
 *
 * @returns the sources by name, and the secret that was made just now, to be shown once
 */
export function webhookSources(
  sources: readonly Pick<Source, 'name' | 'secrets' | 'previousSecrets' | 'organizationId'>[],
  dataFolder: string,
): { sources: Map<string, WebhookSource>; newSecret: string | null } {
  let newSecret: string | null = null;
  const opened = sources.map(
    ({ name, secrets, previousSecrets, organizationId }): [string, WebhookSource] => {
      if (secrets.length > 0) {
        const unused = name === DEFAULT_SOURCE ? earlierSecret(dataFolder) : null;
        const previous = unused === null ? previousSecrets : [...previousSecrets, unused];
        return [name, { name, secrets, previousSecrets: previous, organizationId }];
      }
      const { secret, made } = ownSecret(dataFolder);
      newSecret = made ? secret : null;
      return [name, { name, secrets: [secret], previousSecrets, organizationId }];
    },
  );
  return { sources: new Map(opened), newSecret };
}

/** It only helps to explain a refusal, so it does not matter if it cannot be read. */
function earlierSecret(dataFolder: string): string | null {
  try {
    return madeSecret(dataFolder);
  } catch {
    return null;
  }
}
