import { z } from 'zod';
import { list, text } from '../../base/setting-values.ts';
import { DEFAULT_SOURCE, type Source } from '../../contract/source.ts';

const secretList = 'Write the secret, or several as a list or with commas between them.';

/** A source in receivers.yaml. */
export const sourceSettings = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'Write 1 to 64 letters, digits, - and _. The name is part of the webhook URL.')
      .describe(
        'The name, and the last part of its URL: /webhooks/intelligems/NAME. “default” has the URL without a name.',
      ),
    title: text('Write a name for people.')
      .optional()
      .describe('A name for people, such as the name of the store.'),
    secrets: list(z.string(), secretList)
      .prefault([])
      .describe(
        'The webhook secrets. List several while you change them. Without one, the receiver makes one at its first start.',
      )
      .meta({ secret: true, main: true }),
    previousSecrets: list(z.string(), secretList)
      .prefault([])
      .describe(
        'Secrets that are no longer accepted. If the sender still uses one, the refusal says so. The secret that the receiver made need not be listed.',
      )
      .meta({ secret: true }),
    organizationId: text('Write the id of the organization at Intelligems.')
      .nullable()
      .default(null)
      .describe('The id of the organization at Intelligems.'),
    accessToken: text('Write an access token of the External API.')
      .nullable()
      .default(null)
      .describe('An access token for the External API of this organization.')
      .meta({ secret: true, main: true }),
  })
  .refine(({ name, secrets = [] }) => name === DEFAULT_SOURCE || secrets.length > 0, {
    // The receiver makes a secret for one source only: sources that share one could post events of each other.
    error: `Write the webhook secret of this source, preferably as \${NAME} of an environment variable.`,
    path: ['secrets'],
    when: () => true,
  })
  .transform((source): Source => ({ ...source, title: source.title ?? source.name }));

/** The environment variables of the source `default`, and the fields they set. */
export const SOURCE_ENVIRONMENT = {
  INTELLIGEMS_WEBHOOK_SECRET: 'secrets',
  INTELLIGEMS_PREVIOUS_WEBHOOK_SECRET: 'previousSecrets',
  INTELLIGEMS_ACCESS_TOKEN: 'accessToken',
} as const;
