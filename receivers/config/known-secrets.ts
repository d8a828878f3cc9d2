import { isRecord } from '../../shared/events.ts';
import type { Configuration } from './configuration.ts';
import { SETTING_LINES } from './settings/table.ts';
import { valueAt } from './values/path.ts';
import { child, isSecret } from './values/schema-walk.ts';

/** Segments of a secret URL's path that are shorter than this are ordinary words, in characters. */
const SHORTEST_SEGMENT = 16;

/** Lines of a private key that are shorter than this are its frame, in characters. */
const SHORTEST_KEY_LINE = 40;

/** Every secret of the settings, for the mask: passwords and tokens, also those within URLs, headers and key files. */
export function knownSecrets(configuration: Configuration): string[] {
  const settings = SETTING_LINES.filter(({ secret }) => secret).map(({ path }) =>
    valueAt(configuration, path),
  );
  const sources = configuration.sources.flatMap(({ secrets, previousSecrets, accessToken }) => [
    ...secrets,
    ...previousSecrets,
    accessToken,
  ]);
  const destinations = configuration.destinations.flatMap(({ kind, settings: own }) =>
    Object.entries(isRecord(own) ? own : {})
      .filter(([field]) => {
        const schema = child(kind.settings, field);
        return schema !== null && isSecret(schema);
      })
      .map(([, value]) => value),
  );
  const texts = textsIn([settings, sources, destinations]);
  return [...new Set(texts.flatMap(partsOf))];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A secret, and the parts of it that are secrets by themselves. */
function partsOf(secret: string): string[] {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(secret)) {
    return [secret, ...partsOfUrl(secret)];
  }
  if (secret.trimStart().startsWith('{')) {
    return [secret, ...partsOfKey(secret)];
  }
  // “Bearer abc”, “user=a; token=b”: what another side repeats is often only the last word.
  return [secret, ...secret.split(/[\s,;=:]+/)];
}

function partsOfUrl(text: string): string[] {
  if (!URL.canParse(text)) {
    return [];
  }
  const { password, pathname, search, searchParams } = new URL(text);
  const segments = pathname.split('/').filter((segment) => segment.length >= SHORTEST_SEGMENT);
  const path = pathname.length >= SHORTEST_SEGMENT ? [`${pathname}${search}`] : [];
  return [password, decoded(password), ...path, ...segments, ...searchParams.values()];
}

function partsOfKey(json: string): string[] {
  try {
    const { private_key: key, private_key_id: id } = JSON.parse(json) as Record<string, unknown>;
    const lines = String(key ?? '').split(/\n|\\n/);
    return [String(id ?? ''), ...lines.filter((line) => line.length >= SHORTEST_KEY_LINE)];
  } catch {
    return [];
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
