import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const COMPARED_WITH = randomBytes(32);

/** Whether two secrets are the same, in a time that depends on neither. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', COMPARED_WITH).update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
