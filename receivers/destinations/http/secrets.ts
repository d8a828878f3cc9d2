import { percentDecoded } from '../../base/percent-decoding.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { HttpSettings } from './settings.ts';

/** Shorter texts are not secrets, and removing them would damage what people read. */
const SHORTEST_SECRET = 6;

/** Every text of the settings that must stay secret, longest first: whole header values, and their words. */
export function secretsOf({
  url,
  headers,
  secret,
}: Pick<HttpSettings, 'url' | 'headers' | 'secret'>): string[] {
  const { username, password, pathname, search, searchParams } = new URL(url);
  const values = Object.values(headers);
  const texts = [
    ...secret,
    ...values,
    ...values.flatMap((value) => value.split(/[\s,;=:]+/)),
    password,
    percentDecoded(username),
    percentDecoded(password),
    `${pathname}${search}`,
    ...searchParams.values(),
  ];
  return [...new Set(texts)]
    .filter((text) => text.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length);
}

/** The outcome with each secret in its texts replaced by “…”: the other side may send back what it was sent. */
export function withoutSecrets(outcome: Outcome, secrets: readonly string[]): Outcome {
  const clean = (value: unknown): unknown =>
    typeof value === 'string' ? secrets.reduce((text, secret) => text.replaceAll(secret, '…'), value) : value;
  return Object.fromEntries(Object.entries(outcome).map(([name, value]) => [name, clean(value)])) as Outcome;
}
