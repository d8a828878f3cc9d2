import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Check, SettingName } from '../../contract/destination.ts';
import { assertPublicLiteral, PrivateAddressError, publicLookup } from '../../outgoing/addresses.ts';
import { failureReason } from './outcome.ts';
import type { HttpSettings } from './settings.ts';
import { HOW_TO_MAKE_A_SECRET } from './signature.ts';

/** What the settings alone tell: whether requests are signed and travel encrypted. */
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
      fix: `Set ${setting('secret')} and give the same secret to your API; ${HOW_TO_MAKE_A_SECRET}`,
    });
  }
  if (new URL(url).protocol === 'http:') {
    checks.push({
      what: 'Encryption',
      state: 'warning',
      finding: 'Requests travel unencrypted (http://).',
      fix: 'Use an https:// URL, unless the way to your API is private.',
    });
  }
  return checks;
}

/** Opens a connection to the host and closes it again; sends no request. */
export async function checkConnection(
  url: URL,
  { allowPrivate, timeoutMs }: Pick<HttpSettings, 'allowPrivate' | 'timeoutMs'>,
  setting: SettingName,
): Promise<Check> {
  const what = 'Your API';
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options = {
    host,
    port: Number(url.port || (isTls ? 443 : 80)),
    ...(allowPrivate ? {} : { lookup: publicLookup }),
  };
  try {
    if (!allowPrivate) {
      assertPublicLiteral(host);
    }
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = isTls ? tlsConnect({ ...options, ...name }) : connect(options);
    try {
      await once(socket, isTls ? 'secureConnect' : 'connect', { signal: AbortSignal.timeout(timeoutMs) });
    } finally {
      socket.destroy();
    }
    return { what, state: 'ok', finding: `${url.host} takes connections.`, fix: null };
  } catch (error) {
    const isPrivate = error instanceof PrivateAddressError;
    return {
      what,
      state: 'fault',
      finding: isPrivate ? `${error.message}.` : failureReason(error as Error, url.host, timeoutMs),
      fix: isPrivate
        ? `If your API is meant to be inside your network, set ${setting('allowPrivate', 'true')}.`
        : `Check ${setting('url')}, and whether your API runs; deliveries wait and are tried again.`,
    };
  }
}
