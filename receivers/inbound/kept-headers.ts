import type { IncomingHttpHeaders } from 'node:http';
import type { SecretMask } from '../base/secret-mask.ts';

/** Headers whose values may be credentials. */
const SECRET = /auth|cookie|token|secret|password|session|jwt|api-?key|access-?key|credential/;

/** How many headers are kept, and how many characters of each. */
const KEPT = 40;
const KEPT_CHARACTERS = 512;

/** The headers of a request that are stored with the event: lower-case names, no credentials, bounded. */
export function keptHeaders(headers: IncomingHttpHeaders, mask: SecretMask): Record<string, string> {
  const kept: Record<string, string> = {};
  let count = 0;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !SECRET.test(name)) {
      const text = String(value);
      kept[name] = text.length > KEPT_CHARACTERS ? mask.hideInStart(text, KEPT_CHARACTERS) : text;
      count += 1;
      if (count === KEPT) {
        break;
      }
    }
  }
  return kept;
}
