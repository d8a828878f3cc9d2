import type { Authentication, Bundle, ZObject } from 'zapier-platform-core';
import { isRecord } from '../shared/events.ts';
import { readZapierFilter } from '../shared/zapier-filter.ts';
import type { Audience } from './audience.ts';
import { connectionOf } from './connection.ts';
import { succeeded } from './failures.ts';
import { intelligems } from './intelligems.ts';
import { receiver } from './receiver.ts';

/** Among how many of the receiver's last events the organization is looked for: as many as it gives at once. */
const LOOKED_AT = 100;

/**
 * Tries the access token, and the receiver where one is named, by real calls; gives the connection's label.
 * Intelligems tells the id of the organization only, and the receiver's events, which may be of several
 * organizations, tell its name.
 */
async function test(z: ZObject, bundle: Bundle): Promise<{ label: string }> {
  const { accessToken, receiverUrl, receiverKey } = connectionOf(bundle);
  const { experiences } = succeeded(z, await intelligems(z, bundle).listExperiences({ limit: 1 }));
  if (receiverUrl === null && receiverKey === null) {
    return { label: maskedLabel(accessToken) };
  }
  const events = await receiver(z, bundle).recentEvents(readZapierFilter({}), LOOKED_AT);
  const name = organizationName(events, experiences[0]?.organizationId ?? null);
  return { label: name ?? maskedLabel(accessToken) };
}

function organizationName(events: unknown[], id: string | null): string | null {
  const own = events.filter(isRecord).find((event) => id !== null && event.organization_id === id);
  return typeof own?.organization_name === 'string' && own.organization_name !== ''
    ? own.organization_name
    : null;
}

type AuthenticationFields = NonNullable<Authentication['fields']>;

function maskedLabel(accessToken: string): string {
  return accessToken.length >= 12 ? `Access token ending in ${accessToken.slice(-4)}` : 'Access token';
}

const FIELDS: AuthenticationFields = [
  {
    key: 'access_token',
    label: 'Intelligems Access Token',
    type: 'password',
    required: true,
    helpText:
      'The API key of your Intelligems account. The [documentation of the External API](https://docs.intelligems.io/developer-resources/external-api) tells how to get one.',
  },
  {
    key: 'receiver_url',
    label: 'Receiver URL',
    type: 'string',
    required: false,
    isNoSecret: true,
    helpText:
      "For the instant triggers: the address of your team's receiver, such as `https://hooks.example.com`. Whoever runs the receiver knows it.",
  },
  {
    key: 'receiver_key',
    label: 'Receiver Key',
    type: 'password',
    required: false,
    helpText: "For the instant triggers: the value of the receiver's setting `ZAPIER_API_KEY`.",
  },
];

const WEBHOOK_SECRET: AuthenticationFields[number] = {
  key: 'webhook_secret',
  label: 'Webhook Secret',
  type: 'password',
  required: false,
  helpText:
    'Only for “Catch Intelligems Webhook”: the secret with which the webhooks are signed, from Settings, Webhooks in the [Intelligems dashboard](https://app.intelligems.io). While it is being changed, enter both, with a space between.',
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
