import { createHash, randomBytes } from 'node:crypto';
import type { Ledger } from '../contract/ledger.ts';
import { ZAPIER } from './names.ts';

/** A key with which a connection of the Zapier app reaches one source. The key itself is not kept. */
export interface ZapierKey {
  id: string;
  /** The source whose events it gives access to. */
  source: string;
  /** What people call it, such as who uses it; empty if they did not say. */
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970, within an hour; null if it was never used. */
  lastUsedAt: number | null;
}

type KeyLedger = Pick<Ledger, 'recall' | 'recallAll' | 'remember'>;

const KEY = 'key:';
const USED = 'key-used:';

/** A key's use is recorded at most this often, milliseconds: each write costs the storage a flush. */
const NOTED_EVERY_MS = 3_600_000;

/**
 * The keys that people made, kept as hashes in the ledger. A key has 256 random bits, so that a plain hash cannot be
 * guessed. Every method may reject with a StorageError.
 */
export class ZapierKeys {
  readonly #ledger: KeyLedger;
  readonly #noted = new Map<string, number>();

  constructor(ledger: KeyLedger) {
    this.#ledger = ledger;
  }

  /** Makes a key for a source. `key` is shown to the person once. `now` in milliseconds since 1970. */
  async make(source: string, name: string, now: number): Promise<{ key: string; made: ZapierKey }> {
    const key = `izk_${randomBytes(32).toString('base64url')}`;
    const { id, hash } = fingerprint(key);
    await this.#ledger.remember(ZAPIER, {
      [KEY + id]: JSON.stringify({ hash, source, name, createdAt: now }),
    });
    return { key, made: { id, source, name, createdAt: now, lastUsedAt: null } };
  }

  /** The key that was given; null if it does not exist or was revoked. */
  async find(given: string, now: number): Promise<ZapierKey | null> {
    const { id, hash } = fingerprint(given);
    const kept = await this.#ledger.recall(ZAPIER, KEY + id);
    if (!kept || JSON.parse(kept).hash !== hash) {
      return null;
    }
    await this.#noteUse(id, now);
    return keyOf(id, kept, String(now));
  }

  /** All keys that are valid, the newest first. */
  async all(): Promise<ZapierKey[]> {
    const [kept, used] = await Promise.all([
      this.#ledger.recallAll(ZAPIER, KEY),
      this.#ledger.recallAll(ZAPIER, USED),
    ]);
    return Object.entries(kept)
      .filter(([, value]) => value !== '')
      .map(([fact, value]) => keyOf(fact.slice(KEY.length), value, used[USED + fact.slice(KEY.length)]))
      .sort((one, other) => other.createdAt - one.createdAt);
  }

  /** Makes a key invalid; false if the key does not exist. */
  async revoke(id: string): Promise<boolean> {
    const known = Boolean(await this.#ledger.recall(ZAPIER, KEY + id));
    if (known) {
      await this.#ledger.remember(ZAPIER, { [KEY + id]: '', [USED + id]: '' });
    }
    return known;
  }

  async #noteUse(id: string, now: number): Promise<void> {
    const noted = this.#noted.get(id);
    if (noted === undefined || Math.abs(now - noted) >= NOTED_EVERY_MS) {
      this.#noted.set(id, now);
      await this.#ledger.remember(ZAPIER, { [USED + id]: String(now) });
    }
  }
}

function keyOf(id: string, kept: string, used: string | undefined): ZapierKey {
  const { source, name, createdAt } = JSON.parse(kept);
  return { id, source, name, createdAt, lastUsedAt: used ? Number(used) : null };
}

/** What identifies a key without revealing it. */
function fingerprint(key: string): { id: string; hash: string } {
  const hash = createHash('sha256').update(key).digest('hex');
  return { id: hash.slice(0, 12), hash };
}
