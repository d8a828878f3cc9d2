import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isRecord } from '../../../../shared/events.ts';
import type { Draft, Form } from '../../../operations/connections.ts';
import { type Content, html } from '../html.ts';
import { copyable } from '../parts.ts';

/** What a person does elsewhere before they fill in a form. */
export function guideFor({ kind, type }: Form): Content {
  if (kind === 'destination' && type === 'slack') {
    return html`<ol class="guide compact">
<li>Create the Slack app: <a class="button" href="${slackAppUrl()}" target="_blank" rel="noreferrer">Open Slack with the app filled in</a></li>
<li>In Slack, choose <strong>Install to Workspace</strong>. Then copy the <strong>Bot User OAuth Token</strong> from <strong>OAuth &amp; Permissions</strong>.</li>
<li>Paste it below, and list the channels.</li></ol>`;
  }
  if (kind === 'destination' && type === 'sheets') {
    return html`<ol class="guide compact">
<li>In the Google Cloud console, create a service account and a JSON key, and turn on the Google Sheets API.</li>
<li>Paste the key below, or drop its file on the field.</li>
<li>Share the spreadsheet with the address that <strong>Check</strong> shows, as an editor.</li></ol>`;
  }
  return null;
}

/**
 * Slack’s page for a new app, with our manifest filled in (docs.slack.dev/app-manifests/configuring-apps-with-app-manifests,
 * “Sharing manifests”).
 */
function slackAppUrl(): string {
  if (slackApp === undefined) {
    const file = new URL('../../../destinations/slack/manifest.yaml', import.meta.url);
    const manifest = parse(readFileSync(file, 'utf8'));
    const query = new URLSearchParams({ new_app: '1', manifest_json: JSON.stringify(manifest) });
    slackApp = `https://api.slack.com/apps?${query}`;
  }
  return slackApp;
}

let slackApp: string | undefined;

/** The address to share a spreadsheet with, from a draft that holds the key; null if there is none. */
export function shareAddress(draft: Draft): Content {
  const key = draft.type === 'sheets' ? draft.values.serviceAccountKey : null;
  const email = typeof key === 'string' ? clientEmail(key) : null;
  return email === null
    ? null
    : html`<div class="value">Share the spreadsheet with ${copyable(email, 'the address')} as an editor.</div>`;
}

function clientEmail(key: string): string | null {
  try {
    const parsed: unknown = JSON.parse(key);
    return isRecord(parsed) && typeof parsed.client_email === 'string' ? parsed.client_email : null;
  } catch {
    return null;
  }
}
