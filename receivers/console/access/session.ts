import { createHmac } from 'node:crypto';
import { sameSecret } from '../../base/same-secret.ts';
import type { ConsoleTokens } from '../../operations/console-tokens.ts';

/** What somebody may do: an editor everything, a viewer read. */
export type Role = 'editor' | 'viewer';

const ROLES: readonly Role[] = ['editor', 'viewer'];

/** How long a session lasts, milliseconds. */
export const SESSION_MS = 14 * 86_400_000;

/** A clock that is set back by less than this ends no session, milliseconds. The clocks of two hosts differ too. */
const CORRECTION_MS = 5 * 60_000;

/** The role that a token opens; null where it opens nothing. Takes the same time for every wrong token. */
export function roleOfToken(token: string, tokens: ConsoleTokens): Role | null {
  const fitting = ROLES.filter((role) => sameSecret(token, tokens[role]));
  return fitting[0] ?? null;
}

/**
 * A session as a cookie's value: role, end (milliseconds since 1970) and an HMAC-SHA256 over both, keyed by
 * the role's token, so that a new token ends all sessions of the old one.
 */
export function sessionValue(role: Role, endsAt: number, tokens: ConsoleTokens): string {
  const claim = `${role}.${endsAt}`;
  return `${claim}.${signatureOf(claim, tokens[role])}`;
}

/**
 * The role of a session that was signed here and has not ended at `now` (milliseconds); null for all others. A session
 * that would last longer than any can was made while the clock was ahead, so nobody knows how old it is: it has ended.
 */
export function roleOfSession(value: string, tokens: ConsoleTokens, now: number): Role | null {
  const [, name, end, signature = ''] = /^(\w+)\.(\d{1,16})\.([\w-]+)$/.exec(value) ?? [];
  const role = ROLES.find((each) => each === name);
  if (role === undefined || !sameSecret(signature, signatureOf(`${role}.${end}`, tokens[role]))) {
    return null;
  }
  const leftMs = Number(end) - now;
  return leftMs > 0 && leftMs <= SESSION_MS + CORRECTION_MS ? role : null;
}

function signatureOf(claim: string, token: string): string {
  return createHmac('sha256', token).update(`console session ${claim}`).digest('base64url');
}
