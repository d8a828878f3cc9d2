import type { Bundle, ZObject } from 'zapier-platform-core';

/**
 * For how long something is recognised when it comes again, in seconds: 90 days, as long as a receiver keeps
 * events unless told otherwise, since a dead letter may be sent again weeks later. Zapier documents no
 * longest time; its runtime asks for a whole number only.
 */
const REMEMBERED_S = 90 * 86_400;

/**
 * Whether what a Zap is to run for has not come before. Zapier compares ids for triggers that poll, but runs
 * a hook as often as it is called.
 *
 * @param key by which it is recognised, among all that the Zaps of this app get
 */
export async function isFirstTime(z: ZObject, bundle: Bundle, key: string): Promise<boolean> {
  if (bundle.meta.isLoadingSample) {
    // Whoever tries the trigger in the editor wants to see the event each time, and the Zap has not run for it.
    return true;
  }
  try {
    if ((await z.cache.get(key)) !== null) {
      return false;
    }
    // Set only where it is not set yet (`nx`), which decides between two that come at once. It stands behind
    // the look, not in its place: a cache that ignores `nx`, as that of Zapier's tester does, always says yes.
    return (await z.cache.set(key, true, REMEMBERED_S, undefined, true)) !== false;
  } catch {
    // An event that comes twice is better than one that is lost for want of the cache.
    return true;
  }
}
