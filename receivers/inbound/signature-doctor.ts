import { howToRun } from '../base/how-to-run.ts';
import { SecretMask } from '../base/secret-mask.ts';
import type { BodyMistake } from './body-readings.ts';
import type { SecretMistake } from './secret-readings.ts';
import {
  claimedSignatures,
  findSignature,
  type SearchedRequest,
  type SignatureMatch,
} from './signature-search.ts';

/** A refused request: its raw body, its headers as Node gives them, and the secrets to compare with. */
export interface RefusedRequest extends SearchedRequest {
  /** The header in which the signature is expected, in any case. */
  headerName: string;
}

/** The most likely cause and what to do, one sentence each. For logs and people, never for the sender. */
export interface Diagnosis {
  finding: string;
  fix: string;
}

const SECRETS: Readonly<Record<SecretMistake, (place: string, source: string) => Diagnosis>> = {
  'white-space': (place) => ({
    finding: `${place} has white space around it`,
    fix: 'remove the white space, often a newline at the end of a file, from the configured secret',
  }),
  quotes: (place) => ({
    finding: `${place} has quotation marks around it`,
    fix: 'remove the quotation marks from the configured secret',
  }),
  'newline-at-sender': (place) => ({
    finding: `the sender's secret ends with a newline, and ${place} does not`,
    fix: "enter the secret without a newline in the sender's settings",
  }),
  hex: (place) => ({
    finding: `the sender signs with the bytes that ${place} spells in hex`,
    fix: 'have the sender sign with the secret as text, as Intelligems does',
  }),
  base64: (place) => ({
    finding: `the sender signs with the bytes that ${place} spells in base64`,
    fix: 'have the sender sign with the secret as text, as Intelligems does',
  }),
  previous: () => ({
    finding: 'the sender still signs with a previous secret',
    fix: 'give the sender the new secret, or accept both secrets until then',
  }),
  'another-source': (_place, source) => ({
    finding: `the sender signs with the secret of the source ${JSON.stringify(source)}, and posts to the address of another`,
    fix: `enter the address of the source ${JSON.stringify(source)} in that store's settings at Intelligems`,
  }),
};

const BODIES: Readonly<Record<BodyMistake, Diagnosis>> = {
  'written-again': {
    finding: 'the body was parsed as JSON and written again on its way',
    fix: 'pass on the bytes as they came: take the raw body before any JSON parser, and let no proxy or automation rebuild it',
  },
  'line-ends': {
    finding: "the body's line ends were changed on its way",
    fix: 'pass on the body as bytes, not as text whose line ends are converted',
  },
  'trailing-newline': {
    finding: 'a newline at the end of the body was added or lost on its way',
    fix: 'pass on the bytes as they came (an editor or echo adds a newline; curl wants --data-binary)',
  },
  'byte-order-mark': {
    finding: 'a byte order mark at the start of the body was added or lost on its way',
    fix: 'pass on the body as bytes: decoding it as text drops the mark',
  },
  compressed: {
    finding: 'the body is compressed, and the signature fits what is inside',
    fix: 'have the proxy pass the body on uncompressed, as it was signed',
  },
  base64: {
    finding: 'the body is in base64, and the signature fits what it encodes',
    fix: 'decode the body before verifying it (AWS Lambda sets isBase64Encoded)',
  },
  'text-in-json': {
    finding: 'the body was wrapped in a JSON text, and the signature fits what is inside',
    fix: 'pass on the body as it came, without JSON.stringify around it',
  },
};

/**
 * Says what most likely went wrong with a request that was refused, by trying the known mistakes: a body written
 * again, compressed or empty, a secret with white space, a previous one, another source's, another header, another encoding. Null where
 * nothing fits, or nothing is wrong. It only explains: a refusal stays one. The work is bounded, whatever the request
 * holds; the sentences name no secret, no signature and nothing of the body.
 */
export function diagnose(request: RefusedRequest): Diagnosis | null {
  const match = findSignature(request);
  if (match === undefined) {
    return fromAppearance(request);
  }
  const mistakes = [...mistakesOfHeader(match, request.headerName), ...mistakesOfContent(match, request)];
  return mistakes.length === 0
    ? null
    : {
        finding: sentence(mistakes.map(({ finding }) => finding)),
        fix: sentence([...new Set(mistakes.map(({ fix }) => fix))]),
      };
}

export interface DoctorLimits {
  /** The average number of diagnoses per second. Each takes some milliseconds. */
  perSecond?: number;
  /** How many may run in a row after a quiet time. */
  burst?: number;
  /** A clock in ms that never goes back. */
  now?: () => number;
}

/**
 * Gives a `diagnose` that examines a limited number of requests a second and answers null for all others, so that a flood of
 * forged requests costs next to nothing.
 */
export function createSignatureDoctor(limits: DoctorLimits = {}): typeof diagnose {
  const { perSecond = 1, burst = 5, now = () => performance.now() } = limits;
  let left = burst;
  let last = now();
  return (request) => {
    const time = now();
    left = Math.min(burst, left + ((time - last) / 1000) * perSecond);
    last = time;
    if (left < 1) {
      return secretInHeader(request);
    }
    left -= 1;
    return diagnose(request);
  };
}

function mistakesOfHeader(match: SignatureMatch, headerName: string): Diagnosis[] {
  const mistakes: Diagnosis[] = [];
  if (match.header !== headerName.toLowerCase()) {
    mistakes.push({
      finding: `the signature is in the header ${JSON.stringify(match.header)} instead of ${JSON.stringify(headerName)}`,
      fix: `set the name of the signature header to ${JSON.stringify(match.header)}`,
    });
  }
  if (match.encoding !== 'hex') {
    mistakes.push({
      finding: `the signature is in ${match.encoding} instead of hex`,
      fix: 'have it sent as 64 hex digits',
    });
  }
  if (match.prefix !== '') {
    mistakes.push({
      finding: `the signature has the prefix ${JSON.stringify(match.prefix)}`,
      fix: 'have the 64 hex digits sent alone',
    });
  }
  if (match.surrounded) {
    mistakes.push({
      finding: 'the header holds more than the one signature (sent twice, quoted, or with white space)',
      fix: 'have the 64 hex digits sent alone, once',
    });
  }
  return mistakes;
}

function mistakesOfContent(match: SignatureMatch, { secrets }: RefusedRequest): Diagnosis[] {
  const { secret, secretMistake, source = '', bodyMistake } = match;
  const place =
    secrets.length === 1 ? 'the configured secret' : `configured secret ${secret + 1} of ${secrets.length}`;
  return [
    ...(secretMistake === undefined ? [] : [SECRETS[secretMistake](place, source)]),
    ...(bodyMistake === undefined ? [] : [BODIES[bodyMistake]]),
  ];
}

/** A common mistake: the field for the signature holds the secret that it is made with. */
function secretInHeader(request: RefusedRequest): Diagnosis | null {
  const { headers, headerName, secrets, previousSecrets = [], otherSources = new Map() } = request;
  const known = [...secrets, ...previousSecrets, ...[...otherSources.values()].flat()];
  const value = [headers[headerName.toLowerCase()] ?? ''].flat().join(', ');
  return new SecretMask(known).hide(value) === value
    ? null
    : {
        finding: `The header ${JSON.stringify(headerName)} contains the secret itself instead of a signature.`,
        fix: 'Send the HMAC-SHA256 of the raw body, keyed with the secret, as 64 hex digits. Then replace the secret: proxies and logs on the way may have recorded it.',
      };
}

/** If no reading fits, what the request looks like. */
function fromAppearance(request: RefusedRequest): Diagnosis | null {
  const { body, headers, headerName } = request;
  const expected = headers[headerName.toLowerCase()];
  if (expected === undefined) {
    return withoutHeader(headers, headerName);
  }
  const secretSent = secretInHeader(request);
  if (secretSent !== null) {
    return secretSent;
  }
  const value = [expected].flat().join(', ');
  if (value === '') {
    return {
      finding: `The header ${JSON.stringify(headerName)} is there, but empty.`,
      fix: 'If Intelligems sent it, see that a secret is set there and that no proxy empties the header; else nothing is to be done.',
    };
  }
  if (/^(?:undefined|null|\[object \w+\])$/.test(value)) {
    return {
      finding: `The signature header holds the word ${JSON.stringify(value)}: a variable of the sender or of a proxy is not set.`,
      fix: 'Fill the header from the signature that Intelligems sent.',
    };
  }
  if (body.length === 0) {
    return {
      finding: 'The body is empty, but something else was signed.',
      fix: 'See that nothing reads the body before the verifier, and that no redirect or proxy drops it.',
    };
  }
  if (body.length < 50 && Buffer.from(body).toString() === '[object Object]') {
    return {
      finding: 'The body is the text "[object Object]": an object was put where its JSON belongs.',
      fix: 'Pass on the raw body as it came.',
    };
  }
  return fromShape(value) ?? fromEncoding(headers, body);
}

function withoutHeader(headers: RefusedRequest['headers'], headerName: string): Diagnosis {
  const [other] = Object.keys(headers).filter((name) => /signature|hmac/.test(name.toLowerCase()));
  if (other === undefined) {
    return {
      finding: `The request has no header ${JSON.stringify(headerName)}, and no other that looks like a signature.`,
      fix: 'If Intelligems sent it, see that a secret is set there and that no proxy drops the header; else nothing is to be done.',
    };
  }
  return {
    finding: `The request has no header ${JSON.stringify(headerName)}, but one named ${JSON.stringify(other.slice(0, 100))}, whose value fits no secret.`,
    fix: `Find the right header with \`${howToRun('find-header')}\`, and compare the secret with the sender.`,
  };
}

function fromShape(value: string): Diagnosis | null {
  const digits = /^(?:[a-z0-9-]+=)?([0-9a-f]+)$/i.exec(value.slice(0, 300))?.[1]?.length;
  const algorithm = { 40: 'SHA-1', 128: 'SHA-512' }[digits ?? 0];
  if (algorithm !== undefined) {
    return {
      finding: `The signature has ${digits} hex digits, which is ${algorithm}, not SHA-256.`,
      fix: 'Have the body signed with HMAC-SHA256.',
    };
  }
  if (digits !== undefined && digits < 64) {
    return {
      finding: `The signature has only ${digits} of its 64 hex digits.`,
      fix: 'Find where it is cut off, such as a field that is too short or an incomplete copy.',
    };
  }
  if (claimedSignatures({ value }).length === 0) {
    return {
      finding: 'The signature header holds nothing that could be an HMAC-SHA256, in hex or base64.',
      fix: `See what fills it; the right header can be found with \`${howToRun('find-header')}\`.`,
    };
  }
  return null;
}

function fromEncoding(headers: RefusedRequest['headers'], body: Uint8Array): Diagnosis | null {
  const encoding = String(headers['content-encoding'] ?? 'identity');
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  return isGzip || encoding.toLowerCase() !== 'identity'
    ? {
        finding: 'The body is compressed, or says so, and the signature fits neither it nor what is inside.',
        fix: 'Have the proxy pass the body on as it came, and compare the secret with the sender.',
      }
    : null;
}

function sentence(parts: readonly string[]): string {
  const text = parts.join('; and ');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
