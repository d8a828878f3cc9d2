import type { Bundle, PlainInputField, Trigger, ZObject } from 'zapier-platform-core';
import { eventKey } from '../../shared/event-key.ts';
import { parseEvent, triggeredBy } from '../../shared/events.ts';
import { verifyWebhook } from '../../shared/verifier.ts';
import { type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter } from '../../shared/zapier-filter.ts';
import { webhookSecretsOf } from '../connection.ts';
import { eventsField, FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { isFirstTime } from '../first-time.ts';
import { headerOf } from '../headers.ts';
import { intelligems } from '../intelligems.ts';
import { apiSamples } from '../live-samples.ts';
import { sampleEvent } from '../samples.ts';

const SIGNATURE_HEADER = 'X-Intelligems-Signature';

const SECRET_MISSING =
  'The connection has no Webhook Secret, so webhooks cannot be verified. Find the secret in the Intelligems dashboard (Settings, Webhooks, or Settings, Integrations), and reconnect the account under My Apps.';

/** Says what is missing while the Zap is edited: Zapier runs no code of this trigger when a Zap is switched on. */
function secretNotice(_: ZObject, bundle: Bundle): PlainInputField[] {
  return webhookSecretsOf(bundle) === null
    ? [{ key: 'secret_missing', label: 'Webhook Secret Missing', type: 'copy', helpText: SECRET_MISSING }]
    : [];
}

/** The secrets that may have signed a webhook. */
function secretsOf(z: ZObject, bundle: Bundle): string[] {
  const secrets = webhookSecretsOf(bundle);
  if (secrets === null) {
    throw new z.errors.Error(SECRET_MISSING, 'secret missing', 400);
  }
  return secrets;
}

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
  const content = bundle.rawRequest?.content ?? '';
  const name = bundle.inputData.signature_header;
  const signature = headerOf(
    bundle.rawRequest?.headers,
    typeof name === 'string' && name.trim() !== '' ? name.trim() : SIGNATURE_HEADER,
  );
  if (signature === undefined || signature.trim() === '') {
    // Anyone may call the URL, such as a scanner: that must not count as an error of the Zap.
    return [];
  }
  const verdict = verifyWebhook(content, signature, secretsOf(z, bundle));
  if (!verdict.ok) {
    throw new z.errors.Error(
      `A webhook was refused because its signature does not prove that Intelligems sent it. ${verdict.hint} Compare the Webhook Secret in the connection with the one in the Intelligems dashboard.`,
      verdict.reason,
      401,
    );
  }
  const parsed = parseEvent(content);
  if (!parsed.ok) {
    return [];
  }
  const event = zapierEvent({
    id: eventKey('', parsed.event, new TextEncoder().encode(content)),
    event: parsed.event,
    triggeredBy: triggeredBy(parsed.event),
    receivedAt: Date.now(),
  });
  return passesFilter(event, filterOf(z, bundle)) && (await isNewToZap(z, bundle, event)) ? [event] : [];
}

/**
 * Whether this Zap has not run for the event: Intelligems repeats a webhook that it believes lost. All Zaps of
 * a connection get the same event under the same id, so that it counts as known only if Zapier says
 * which Zap this is, which it does not promise for hooks.
 */
async function isNewToZap(z: ZObject, bundle: Bundle, event: ZapierEvent): Promise<boolean> {
  const zap = bundle.meta.zap?.id;
  return !zap || (await isFirstTime(z, bundle, `webhook ${event.id} in Zap ${zap}`));
}

/** What happened last, so that the editor has samples before the first webhook arrives. */
async function performList(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
  secretsOf(z, bundle);
  const filter = filterOf(z, bundle);
  const events = await apiSamples(intelligems(z, bundle), filter, filter.actions[0] ?? 'startExperience');
  return events.length > 0 ? events.slice(0, 3) : [sampleEvent('startExperience')];
}

/** For a private app without a receiver: its URL is pasted into the dashboard of Intelligems by hand. */
export const catchWebhook: Trigger = {
  key: 'catch_webhook',
  noun: 'Webhook',
  display: {
    label: 'Catch Intelligems Webhook',
    description: 'Triggers when a webhook with a valid signature arrives at the URL of this Zap.',
    directions:
      'Copy the URL below. In the Intelligems dashboard, open Settings, Webhooks (or Settings, Integrations), add a webhook, paste the URL, select the events that you want, and save. The Webhook Secret of this connection must be the same as there. The same event may arrive twice: Intelligems sends a webhook again if it gets no answer.',
  },
  operation: {
    type: 'hook',
    inputFields: [
      secretNotice,
      eventsField(),
      ...FILTER_FIELDS,
      {
        key: 'signature_header',
        label: 'Signature Header',
        type: 'string',
        required: false,
        placeholder: SIGNATURE_HEADER,
        helpText: 'Only if the signature comes in another header than usual.',
      },
    ],
    outputFields: EVENT_OUTPUT,
    sample: { ...sampleEvent('startExperience') },
    perform,
    performList,
  },
};
