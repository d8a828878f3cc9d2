import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const SCOPES = ['https://www.googleapis.com/auth/spreadsheets', 'https://www.googleapis.com/auth/drive'];
const LIFE_S = 3_599;

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const EMAIL = 'receiver@intelligems-receivers.iam.gserviceaccount.com';

/** A service account's key file as Google makes it: its JSON text. */
export const SERVICE_ACCOUNT_KEY = `${JSON.stringify(
  {
    type: 'service_account',
    project_id: 'intelligems-receivers',
    private_key_id: '0123456789abcdef',
    private_key: privateKey,
    client_email: EMAIL,
    client_id: '100000000000000000000',
    token_uri: AUDIENCE,
  },
  null,
  2,
)}\n`;

export interface TokenAnswer {
  status: number;
  body: object;
}

/**
 * Google's token endpoint for one service account: gives an access token for an assertion signed with the
 * account's key. https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export class Tokens {
  readonly email = EMAIL;
  /** How far Google's clock is ahead of this machine's, milliseconds. */
  clockOffsetMs = 0;
  /** The account was disabled: https://github.com/googleapis/google-cloud-php/issues/3622 */
  isDisabled = false;
  #issued = new Map<string, number>();

  /** The key file that a person downloads from Google, as its JSON text. */
  readonly keyFile = SERVICE_ACCOUNT_KEY;

  /** Answers the form that was posted. */
  answer(form: string): TokenAnswer {
    const fields = new URLSearchParams(form);
    if (fields.get('grant_type') !== GRANT) {
      return refusal('unsupported_grant_type', `Invalid grant_type: ${fields.get('grant_type') ?? ''}`);
    }
    const problem = this.#assertionProblem(fields.get('assertion') ?? '');
    if (problem !== null) {
      return refusal('invalid_grant', problem);
    }
    const token = `ya29.${randomBytes(24).toString('base64url')}`;
    this.#issued.set(token, Date.now() + LIFE_S * 1_000);
    return { status: 200, body: { access_token: token, expires_in: LIFE_S, token_type: 'Bearer' } };
  }

  /** Whether the value of an Authorization header bears a token that was given out and has not expired. */
  accepts(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
    return (this.#issued.get(token) ?? 0) > Date.now();
  }

  /** Makes all tokens invalid, as when an account's key is revoked or time has passed. */
  expire(): void {
    this.#issued.clear();
  }

  #assertionProblem(assertion: string): string | null {
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const signed = Buffer.from(`${header}.${claims}`);
    if (!verify('sha256', signed, createPublicKey(publicKey), Buffer.from(signature, 'base64url'))) {
      return 'Invalid JWT Signature.';
    }
    const { iss, scope, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const now = (Date.now() + this.clockOffsetMs) / 1_000;
    if (iss !== this.email || this.isDisabled) {
      return 'Invalid grant: account not found';
    }
    if (
      aud !== AUDIENCE ||
      !String(scope)
        .split(' ')
        .some((each) => SCOPES.includes(each))
    ) {
      return 'Invalid JWT: audience or scope is wrong.';
    }
    return exp - iat > 3_600 || iat > now + 300 || exp < now - 300
      ? 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
      : null;
  }
}

function refusal(error: string, error_description: string): TokenAnswer {
  return { status: 400, body: { error, error_description } };
}
