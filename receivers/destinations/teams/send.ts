import type { Destination, Services } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Posted } from '../common/post.ts';
import { statusOutcome, webhookDestination } from '../common/webhook-destination.ts';
import { renderTeams } from './render.ts';
import type { TeamsSettings } from './settings.ts';

/** Opens a Microsoft Teams destination: an Adaptive Card per event, posted to a channel's workflow. */
export function openTeams({ webhookUrl, unsure }: TeamsSettings, { setting }: Services): Destination {
  return webhookDestination({
    service: 'Microsoft Teams',
    url: webhookUrl,
    unsure,
    render: renderTeams,
    outcome: teamsOutcome,
    check: async () => ({
      what: 'Microsoft Teams workflow',
      state: 'ok',
      finding: `Posts a card per event. Teams cannot be asked whether one arrived, so ${unsure === 'repeat' ? 'after a time-out it may come twice' : 'after a time-out it may be missing'} (${setting('unsure', unsure)}).`,
      fix: null,
    }),
  });
}

function teamsOutcome(posted: Posted & { answered: true }): Outcome {
  // The older connectors answer 200 and tell the real status in words.
  const told = /returned HTTP error (\d{3})/.exec(posted.body)?.[1];
  const status = posted.status === 200 && told !== undefined ? Number(told) : posted.status;
  const advice = {
    400: 'The workflow does not accept the card. Make it anew from the template “Post to a channel when a webhook request is received”.',
    401: 'The workflow’s URL is not complete, or it asks for a sign-in. Let “Anyone” trigger it, and copy the URL again.',
    403: 'The workflow’s URL is not valid any more. Copy it again.',
    404: 'The workflow was deleted or switched off. Switch it on, or make a new one and set its URL.',
    413: 'Teams finds the card too large. Please report this.',
  }[status];
  return statusOutcome(
    'Microsoft Teams',
    { ...posted, status },
    advice ?? 'Check the workflow’s URL, and any proxy on the way.',
  );
}
