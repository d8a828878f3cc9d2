import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';

/** NIST SP 800-38D advises 96 bits, here at random for each secret. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Why a sealed secret was not opened. */
export type SealFault = 'other-key' | 'damaged';

/** Seals secrets with one key: AES-256-GCM, which also binds each to its place. */
export class Seal {
  /** Identifies the key without revealing it. */
  readonly id: string;
  readonly #key: Buffer;

  /** @param secret the key as it is kept: random text */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'intelligems-receivers settings', KEY_BYTES));
    this.id = createHash('sha256').update('id').update(this.#key).digest('hex').slice(0, 8);
  }

  /** Seals a value (anything that is JSON) for a place, such as `destination/ID/token`. */
  seal(value: unknown, place: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv).setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return `v1.${this.id}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
  }

  /** Opens what was sealed for this place. */
  open(sealed: string, place: string): { ok: true; value: unknown } | { ok: false; fault: SealFault } {
    const [version, id, content = ''] = sealed.split('.');
    if (version !== 'v1' || id !== this.id) {
      return { ok: false, fault: version === 'v1' ? 'other-key' : 'damaged' };
    }
    const bytes = Buffer.from(content, 'base64url');
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return { ok: true, value: JSON.parse(text.toString('utf8')) };
    } catch {
      return { ok: false, fault: 'damaged' };
    }
  }
}
