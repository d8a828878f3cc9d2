import { auth, sheets, type sheets_v4 } from '@googleapis/sheets';
import { openHttpClient } from '../../outgoing/client.ts';
import { OutgoingError } from '../../outgoing/exchange.ts';
import { notTheService } from '../common/answer-outcome.ts';
import type { Credentials } from './credentials.ts';

const SCOPE = 'https://www.googleapis.com/auth/spreadsheets';
const TOKEN_HOST = 'oauth2.googleapis.com';
/** How long a call may take, milliseconds. */
const CALL_TIMEOUT_MS = 20_000;

/** The Google client, and how to end its connections. */
export interface SheetsClient {
  spreadsheets: sheets_v4.Resource$Spreadsheets;
  /** Gets an access token if there is none that is valid, so that the next call goes out at once. */
  authorize(): Promise<void>;
  /** Makes the next call get a new access token; by itself, the library keeps the old one until it expires. */
  renewToken(): void;
  close(): Promise<void>;
}

/**
 * Makes the client of a service account. Tokens and calls go out through the receiver's own HTTP client, so that
 * proxies apply and it is known whether a write may have arrived. Nothing is retried here: the ledger retries.
 *
 * @param apiRootUrl the address of the API and its token endpoint if it is not Google's. The library takes no other token
 *   endpoint, not even the `token_uri` of the key, hence the interceptor.
 */
export function openClient(credentials: Credentials, apiRootUrl: string | undefined): SheetsClient {
  const http = openHttpClient({ service: 'Google', timeoutMs: CALL_TIMEOUT_MS });
  const fetchFromGoogle: typeof fetch = async (...request) => withoutPage(await http.fetch(...request));
  const account = new auth.JWT({
    email: credentials.email,
    key: credentials.privateKey,
    keyId: credentials.keyId,
    scopes: [SCOPE],
    transporterOptions: { fetchImplementation: fetchFromGoogle },
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
    fetchImplementation: fetchFromGoogle,
    ...(apiRootUrl === undefined ? {} : { rootUrl: apiRootUrl }),
  });
  return {
    spreadsheets,
    async authorize() {
      await account.getAccessToken();
    },
    renewToken() {
      account.gtoken = undefined;
      account.setCredentials({ refresh_token: 'jwt-placeholder', expiry_date: 1 });
    },
    close: () => http.close(),
  };
}

/**
 * Google answers a success with JSON. A page comes from something in between, such as a proxy that blocks the call:
 * read as an answer, it would be an empty spreadsheet, or a row that was never written.
 */
function withoutPage(response: Response): Response {
  if (response.ok && /\bhtml\b/i.test(response.headers.get('content-type') ?? '')) {
    throw new OutgoingError({
      answered: false,
      mayHaveArrived: true,
      kind: 'invalid response',
      code: null,
      reason: notTheService('Google'),
    });
  }
  return response;
}
