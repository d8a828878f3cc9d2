import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { auth, sheets, type sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Credentials } from './credentials.ts';

const SCOPE = 'https://www.googleapis.com/auth/spreadsheets';
const TOKEN_HOST = 'oauth2.googleapis.com';
/** A call that takes longer has failed, in milliseconds. */
const CALL_TIMEOUT_MS = 20_000;

/** The Google client, and how to end its connections. */
export interface SheetsClient {
  spreadsheets: sheets_v4.Resource$Spreadsheets;
  /** Asks for a new access token before the next call; the library never does so before the old one expires. */
  renewToken(): void;
  close(): void;
}

/**
 * Makes the client of a service account. It never repeats a call by itself, because the ledger does.
 *
 * @param apiRootUrl where the API and its token endpoint are reached in place of Google's hosts. The
 *   library takes no other token endpoint, not even the key file's `token_uri`, hence the interceptor.
 */
export function openClient(credentials: Credentials, apiRootUrl: string | undefined): SheetsClient {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const account = new auth.JWT({
    email: credentials.email,
    key: credentials.privateKey,
    keyId: credentials.keyId,
    scopes: [SCOPE],
    transporterOptions: {
      timeout: CALL_TIMEOUT_MS,
      agent: (url: URL) => (url.protocol === 'http:' ? agents.http : agents.https),
    },
  });
  account.transporter.interceptors.request.add({
    resolved: async (request) => {
      if (request.url.hostname === TOKEN_HOST) {
        request.retryConfig = { retry: 0 };
        request.retry = false;
        if (apiRootUrl !== undefined) {
          request.url = new URL(request.url.pathname, apiRootUrl);
        }
      }
      return request;
    },
  });
  const { spreadsheets } = sheets({
    version: 'v4',
    auth: account,
    retry: false,
    timeout: CALL_TIMEOUT_MS,
    ...(apiRootUrl === undefined ? {} : { rootUrl: apiRootUrl }),
  });
  return {
    spreadsheets,
    renewToken() {
      account.gtoken = undefined;
      account.setCredentials({ refresh_token: 'jwt-placeholder', expiry_date: 1 });
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
