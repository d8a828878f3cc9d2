import type { Bundle, ZObject } from 'zapier-platform-core';

/**
 * How long something is recognized when it arrives again, in seconds: 90 days, as long as a receiver keeps events by
 * default, because a dead letter may be sent again weeks later. Zapier documents no maximum; its runtime only wants a
 * whole number.
 */
const REMEMBERED_S = 90 * 86_400;

/**
 * Whether something arrives for the first time. Zapier compares IDs for triggers that poll, but runs a hook as often
 * as it is called.
 *
 * @param key identifies it among everything that the Zaps of this app get
 */
export async function isFirstTime(z: ZObject, bundle: Bundle, key: string): Promise<boolean> {
  if (bundle.meta.isLoadingSample) {
    // A person who tests the trigger in the editor wants to see the event each time, and the Zap has not run for it.
    return true;
  }
  try {
    if ((await z.cache.get(key)) !== null) {
      return false;
    }
    // Set only if it is not set yet (`nx`), which decides between two that arrive at once. The read comes first
    // because a cache that ignores `nx`, as that of Zapier's tester does, always says yes.
    return (await z.cache.set(key, true, REMEMBERED_S, undefined, true)) !== false;
  } catch {
    // An event that arrives twice is better than one that is lost because the cache failed.
    return true;
  }
}
