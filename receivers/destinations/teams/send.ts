import type { Check, Destination, Services } from '../../contract/destination.ts';
import type { AdviceTable } from '../../outgoing/advice.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import type { Answer } from '../../outgoing/exchange.ts';
import type { AnswerRules } from '../common/answer-outcome.ts';
import { type CheckSettings, exchangeCheck, unsureWords } from '../common/webhook-check.ts';
import { openWebhookDestination } from '../common/webhook-destination.ts';
import { renderTeams } from './render.ts';
import type { TeamsSettings } from './settings.ts';

const NEW_WORKFLOW =
  'Create the workflow again from the template “Post to a channel when a webhook request is received”, and set its URL.';

const TURN_ON = 'The workflow is turned off. Turn it on: in Power Automate, My flows, the workflow, Turn on.';

const SIGN_IN =
  'The workflow asks for a sign-in, or its URL is incomplete. Edit its trigger so that “Anyone” can trigger it, and copy the URL again.';

/**
 * What people can do about a refusal.
 * The codes: https://github.com/microsoft/coe-starter-kit/issues/8684 (WorkflowTriggerIsNotEnabled),
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint, and
 * https://learn.microsoft.com/troubleshoot/power-platform/power-automate/flow-run-issues/triggers-troubleshoot.
 */
const ADVICE: AdviceTable = {
  codes: {
    WorkflowTriggerIsNotEnabled: TURN_ON,
    WorkflowIsNotEnabled: TURN_ON,
    WorkflowDisabled: TURN_ON,
    FlowDisabled: TURN_ON,
    WorkflowSuspended:
      'The workflow is suspended. Open it in Power Automate to see why, and turn it on again.',
    WorkflowNotFound: `The workflow was deleted. ${NEW_WORKFLOW}`,
    WorkflowTriggerNotFound: `The workflow no longer starts with a webhook request. ${NEW_WORKFLOW}`,
    WorkflowTriggerVersionNotFound: `The workflow’s trigger was changed. ${NEW_WORKFLOW}`,
    DirectApiAuthorizationRequired: SIGN_IN,
    DirectApiInvalidAuthorizationScheme: SIGN_IN,
    OAuthAuthorizationFailed: SIGN_IN,
    AuthorizationFailed: 'The signature in the workflow’s URL is not valid. Copy the URL again.',
    InvalidSasToken: 'The signature in the workflow’s URL is not valid. Copy the URL again.',
    TriggerInputSchemaMismatch: `The workflow expects another kind of request. ${NEW_WORKFLOW}`,
    InvalidRequestContent: `The workflow expects another kind of request. ${NEW_WORKFLOW}`,
    RequestEntityTooLarge: 'Teams finds the card too large. Please report this.',
    MessageSizeExceeded: 'Teams finds the card too large. Please report this.',
  },
  statuses: {
    400: `The workflow does not accept the card. Check that it is turned on. If it is: ${NEW_WORKFLOW}`,
    401: SIGN_IN,
    403: 'The workflow’s URL is no longer valid. Copy it again.',
    404: 'The workflow was deleted or turned off. Turn it on, or create a new one and set its URL.',
    410: 'The URL has expired. Open the workflow in Power Automate and copy its new URL.',
    413: 'Teams finds the card too large. Please report this.',
  },
  otherwise: 'Check the workflow’s URL, and any proxy on the way.',
};

/** How to read the answers of a workflow. */
const RULES: AnswerRules = { service: 'Microsoft Teams', advice: ADVICE, status: connectorStatus, errorCode };

/** Opens a Microsoft Teams destination: an Adaptive Card per event, posted to a channel's workflow. */
export function openTeams({ webhookUrl, unsure }: TeamsSettings, { setting }: Services): Destination {
  return openWebhookDestination({
    ...RULES,
    url: () => webhookUrl,
    unsure,
    render: renderTeams,
    check: async (http) => [await checkWorkflow(http, webhookUrl, { unsure, setting })],
  });
}

/**
 * Finds out whether the workflow's address answers. Only a card can show more: a workflow has no address that could be
 * read, and OPTIONS is the method that never starts it.
 */
async function checkWorkflow(
  http: HttpClient,
  url: string,
  { unsure, setting }: CheckSettings,
): Promise<Check> {
  const what = 'Microsoft Teams workflow';
  const exchange = await http.request({ method: 'OPTIONS', url });
  const finding = `The workflow’s address answers; whether it accepts cards shows only when one is posted. ${unsureWords('Teams', unsure, setting)}`;
  const works = ({ status }: Answer): Check | null =>
    status >= 300 && status < 400 ? null : { what, state: 'ok', finding, fix: null };
  return exchangeCheck(what, RULES, {
    exchange,
    url,
    works,
    urlSetting: setting('webhookUrl'),
    fix: 'Copy the workflow’s URL again.',
  });
}

/** The older connectors answer 200 and put the real status into the text. */
function connectorStatus({ status, text }: Answer): number {
  const reported = /returned HTTP error (\d{3})/.exec(text)?.[1];
  return status === 200 && reported !== undefined ? Number(reported) : status;
}

/** `{"error":{"code":"WorkflowTriggerIsNotEnabled", …}}` */
function errorCode({ text }: Answer): string | null {
  return /"code"\s*:\s*"(\w{1,80})"/.exec(text)?.[1] ?? null;
}
