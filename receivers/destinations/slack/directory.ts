import type { Call } from './client.ts';
import type { People } from './people.ts';

/** How long an answer holds, milliseconds. */
const FRESH_MS = 24 * 3_600_000;

const MOST_KEPT = 2_000;

/** Looks up who in Slack has an email address, and keeps what it learned. */
export class Directory {
  #known = new Map<string, { id: string | null; until: number }>();
  #allowed = true;
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The user ids of those of the addresses that Slack knows. A failure only means that a mention is left out. */
  async find(call: Call, addresses: readonly string[]): Promise<People> {
    const people = new Map<string, string>();
    for (const address of addresses) {
      const id = await this.#find(call, address);
      if (id !== null) {
        people.set(address, id);
      }
    }
    return people;
  }

  async #find(call: Call, address: string): Promise<string | null> {
    const known = this.#known.get(address);
    if (known !== undefined && known.until > this.#now()) {
      return known.id;
    }
    if (!this.#allowed) {
      return null;
    }
    const answer = await call<{ user?: { id?: string } }>('users.lookupByEmail', { email: address });
    if (!answer.ok) {
      this.#allowed = answer.failure.code !== 'missing_scope';
      return answer.failure.code === 'users_not_found' ? this.#keep(address, null) : null;
    }
    const id = answer.data.user?.id;
    return this.#keep(address, id !== undefined && /^[UW][A-Z0-9]+$/.test(id) ? id : null);
  }

  #keep(address: string, id: string | null): string | null {
    if (this.#known.size >= MOST_KEPT) {
      this.#known.clear();
    }
    this.#known.set(address, { id, until: this.#now() + FRESH_MS });
    return id;
  }
}
