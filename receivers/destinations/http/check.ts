import type { Check, SettingName } from '../../contract/destination.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import type { HttpSettings } from './settings.ts';
import { HOW_TO_CREATE_A_SECRET } from './signature.ts';

/** What the settings say without a connection: whether requests are signed and encrypted. */
export function checkSettings(
  { url, secret }: Pick<HttpSettings, 'url' | 'secret'>,
  setting: SettingName,
): Check[] {
  const checks: Check[] = [];
  if (secret.length === 0) {
    checks.push({
      what: 'Signature',
      state: 'warning',
      finding: 'Requests are not signed, so your API cannot tell them from forged ones.',
      fix: `Set ${setting('secret')} and give the same secret to your API; ${HOW_TO_CREATE_A_SECRET}`,
    });
  }
  if (new URL(url).protocol === 'http:') {
    checks.push({
      what: 'Encryption',
      state: 'warning',
      finding: 'Requests are not encrypted (http://).',
      fix: 'Use an https:// URL, unless the network between the receiver and your API is private.',
    });
  }
  return checks;
}

/** Connects to the host the way a request would, proxies included, and closes the connection; sends no request. */
export async function checkConnection(url: URL, http: HttpClient, setting: SettingName): Promise<Check> {
  const what = 'Your API';
  const failure = await http.reach(url);
  if (failure === null) {
    return { what, state: 'ok', finding: `${url.host} accepts connections.`, fix: null };
  }
  const fix =
    failure.kind === 'private address'
      ? `If your API is inside your network, set ${setting('allowPrivate', 'true')}.`
      : `Check ${setting('url')}, and that your API is running. Deliveries wait and are sent again.`;
  return { what, state: 'fault', finding: failure.reason, fix };
}
