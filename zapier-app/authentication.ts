import type { Authentication, Bundle, ZObject } from 'zapier-platform-core';
import type { Audience } from './audience.ts';
import { receiverOf } from './connection.ts';
import { organizationOf } from './organization.ts';
import { receiver } from './receiver.ts';

/**
 * Tries the access token, and the receiver if the connection names one, by real calls. Gives the connection's label:
 * the name of the organization, never any part of a key. The External API names only the organization's ID and the
 * store's domain; the receiver knows the name from the events.
 */
async function test(z: ZObject, bundle: Bundle): Promise<{ label: string }> {
  const hasReceiver = receiverOf(z, bundle) !== null;
  const { id, store: domain } = await organizationOf(z, bundle);
  const fallback = domain ?? (id === null ? 'Intelligems' : `Organization ${id}`);
  if (!hasReceiver) {
    return { label: fallback };
  }
  const { organization, title } = await receiver(z, bundle).store(id);
  return { label: organization?.name ?? title ?? organization?.store ?? fallback };
}

type AuthenticationFields = NonNullable<Authentication['fields']>;

const FIELDS: AuthenticationFields = [
  {
    key: 'access_token',
    label: 'Intelligems Access Token',
    type: 'password',
    required: true,
    helpText:
      'The API key of your Intelligems account, from Integrations in the [Intelligems dashboard](https://app.intelligems.io). The [documentation of the External API](https://docs.intelligems.io/developer-resources/external-api) shows how to create one.',
  },
  {
    key: 'receiver_url',
    label: 'Receiver URL',
    type: 'string',
    required: false,
    isNoSecret: true,
    helpText:
      'For the instant triggers: the address of your team’s receiver, such as `https://hooks.example.com`. Ask the person who runs the receiver.',
  },
  {
    key: 'receiver_key',
    label: 'Receiver Key',
    type: 'password',
    required: false,
    helpText:
      'For the instant triggers: a key for your store. The person who runs the receiver makes it in the receiver’s console, or knows the setting `ZAPIER_API_KEY`.',
  },
];

const WEBHOOK_SECRET: AuthenticationFields[number] = {
  key: 'webhook_secret',
  label: 'Webhook Secret',
  type: 'password',
  required: false,
  helpText:
    'Only for “Catch Intelligems Webhook”: the secret that signs the webhooks, from Settings (Webhooks, or Integrations) in the [Intelligems dashboard](https://app.intelligems.io). While you change it, enter both, with a space between them.',
};

/** The connection of an account: a token for the External API, and what the triggers of this app need. */
export function authenticationFor(audience: Audience): Authentication {
  return {
    type: 'custom',
    test,
    connectionLabel: '{{label}}',
    fields: audience === 'private' ? [...FIELDS, WEBHOOK_SECRET] : FIELDS,
  };
}
