import type { Call } from './client.ts';
import type { People } from './people.ts';

/** How long an answer is used, in milliseconds. */
const FRESH_MS = 24 * 3_600_000;

const MOST_KEPT = 2_000;

/** Looks up which Slack user has an email address, and keeps the answers for a day. */
export class Users {
  #known = new Map<string, { id: string | null; until: number }>();
  #allowed = true;

  /** The user IDs of the addresses that Slack knows. A failure only means that someone is not mentioned. */
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

  /** Slack denied a user ID: the next message looks them up again. */
  forget(people: People): void {
    for (const address of people.keys()) {
      this.#known.delete(address);
    }
  }

  async #find(call: Call, address: string): Promise<string | null> {
    const known = this.#known.get(address);
    if (known !== undefined && known.until > performance.now()) {
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
    this.#known.set(address, { id, until: performance.now() + FRESH_MS });
    return id;
  }
}
