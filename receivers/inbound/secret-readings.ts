import { Buffer } from 'node:buffer';

/** How a configured secret differs from the one that the sender uses. */
export type SecretMistake =
  | 'white-space'
  | 'quotes'
  | 'newline-at-sender'
  | 'hex'
  | 'base64'
  | 'previous'
  | 'another-source';

/** One reading of a secret: the key, its index in its list, and the mistake that it assumes, if any. */
export interface SecretReading {
  key: string | Buffer;
  secret: number;
  mistake?: SecretMistake;
  /** With the mistake `another-source`: the source that has this secret. */
  source?: string;
}

/** The secrets that a sender may have used: accepted ones, and others used by mistake. */
export interface KnownSecrets {
  secrets: readonly string[];
  /** Those that are no longer accepted. */
  previousSecrets?: readonly string[];
  /** Those of other sources, by the source's name. */
  otherSources?: ReadonlyMap<string, readonly string[]>;
}

/** All readings, the most likely first: accepted secrets, other known secrets, then mistakes in accepted ones. */
export function secretReadings({
  secrets,
  previousSecrets = [],
  otherSources = new Map(),
}: KnownSecrets): SecretReading[] {
  return [
    ...secrets.map((key, secret) => ({ key, secret })),
    ...previousSecrets.map((key, secret) => ({ key, secret, mistake: 'previous' as const })),
    ...[...otherSources].flatMap(([source, others]) =>
      others.map((key, secret) => ({ key, secret, mistake: 'another-source' as const, source })),
    ),
    ...secrets.flatMap((key, secret) => misreadings(key).map((reading) => ({ ...reading, secret }))),
  ].filter(({ key }) => key.length > 0);
}

function misreadings(secret: string): { key: string | Buffer; mistake: SecretMistake }[] {
  const trimmed = secret.trim();
  const unquoted = trimmed.replace(/^(["'])(.*)\1$/, '$2');
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(trimmed);
  const base64 = /^(?:whsec_)?([A-Za-z0-9+/_-]{16,}={0,2})$/.exec(trimmed)?.[1];
  return [
    ...(trimmed === secret ? [] : [{ key: trimmed, mistake: 'white-space' as const }]),
    ...(unquoted === trimmed ? [] : [{ key: unquoted, mistake: 'quotes' as const }]),
    { key: `${trimmed}\n`, mistake: 'newline-at-sender' },
    ...(isHex ? [{ key: Buffer.from(trimmed, 'hex'), mistake: 'hex' as const }] : []),
    ...(base64 === undefined ? [] : [{ key: Buffer.from(base64, 'base64'), mistake: 'base64' as const }]),
  ];
}
