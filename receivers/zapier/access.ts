import { createHash } from 'node:crypto';
import { sameSecret } from '../base/same-secret.ts';
import type { ZapierKeys } from './keys.ts';

/** What a request of the Zapier app may reach. */
export interface Access {
  /** Identifies the key in subscriptions, without revealing it. */
  keyId: string;
  /** The one source of the key; null for ZAPIER_API_KEY, which belongs to the receiver. */
  source: string | null;
}

/** Recognizes the keys of the Zapier app: those that people made, and the one of the settings. */
export class ZapierAccess {
  readonly #keys: ZapierKeys;
  readonly #apiKey: string | null;
  /** Null if the settings have no key. */
  readonly settingsKeyId: string | null;

  /** @param apiKey the setting ZAPIER_API_KEY; null if it is not set */
  constructor(apiKey: string | null, keys: ZapierKeys) {
    this.#keys = keys;
    this.#apiKey = apiKey;
    this.settingsKeyId =
      apiKey === null ? null : `settings-${digest(`id of ${apiKey}`).toString('hex', 0, 4)}`;
  }

  /** What the value of an Authorization header gives access to; null for nothing. */
  async of(authorization: string | undefined, now: number): Promise<Access | null> {
    const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]?.trim() ?? '';
    if (this.#apiKey !== null && this.settingsKeyId !== null && sameSecret(given, this.#apiKey)) {
      return { keyId: this.settingsKeyId, source: null };
    }
    const key = given === '' ? null : await this.#keys.find(given, now);
    return key === null ? null : { keyId: key.id, source: key.source };
  }

  /** Whether a key that a subscription was made with is still valid. */
  async isValid(keyId: string): Promise<boolean> {
    return keyId === this.settingsKeyId || (await this.#keys.all()).some(({ id }) => id === keyId);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
