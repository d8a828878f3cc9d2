import { setImmediate } from 'node:timers/promises';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Operations } from './operations.ts';

/**
 * The same operations, with every known secret in their results replaced by `[secret]`: a sender may have put one
 * anywhere, such as into a header, a name or the body.
 */
export function hidingSecrets(operations: Operations, mask: SecretMask): Operations {
  const hidden = Object.entries(operations).map(([name, operation]) => [
    name,
    async (...given: unknown[]) =>
      hide(await (operation as (...given: unknown[]) => Promise<unknown>)(...given), mask),
  ]);
  return Object.fromEntries(hidden);
}

/** Lists may be long, so that others get their turn between two items. */
async function hide(value: unknown, mask: SecretMask): Promise<unknown> {
  if (!Array.isArray(value)) {
    return withoutSecrets(value, mask);
  }
  const hidden: unknown[] = [];
  for (const item of value) {
    hidden.push(withoutSecrets(item, mask));
    await setImmediate();
  }
  return hidden;
}

function withoutSecrets(value: unknown, mask: SecretMask): unknown {
  if (typeof value === 'string') {
    return mask.hide(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => withoutSecrets(item, mask));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [mask.hide(name), withoutSecrets(item, mask)]),
    );
  }
  return value;
}
