import { isIP } from 'node:net';
import { httpDate } from '../../shared/retry-after.ts';

/** Names that are not of the internet (RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved `internal`). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa|test)$/i;

/** Compares this host's clock with the `Date` header of answers (RFC 9110, section 6.6.1), which has whole seconds. */
class OtherClocks {
  #last: { host: string; aheadMs: number } | null = null;
  #internet: { time: number; readAt: number } | null = null;

  /** Takes note of an answer. A `Date` that cannot be read is ignored; the `Age` of a cached answer counts. */
  compare({ host, hostname }: URL, { date, age }: Readonly<Record<string, string>>): void {
    const written = httpDate(date ?? '');
    if (written === null) {
      return;
    }
    const time = written + (Number(age ?? 0) || 0) * 1_000;
    this.#last = { host, aheadMs: Date.now() - time };
    if (isOfInternet(hostname)) {
      this.#internet = { time, readAt: performance.now() };
    }
  }

  /** How far this host's clock is ahead of the host that answered last, milliseconds; null before the first answer. */
  get last(): { host: string; aheadMs: number } | null {
    return this.#last;
  }

  /**
   * The time by the last answer of a host on the internet, milliseconds since 1970, and when it was read by
   * `performance.now()`. A host with a local name may have the same clock as this one.
   */
  get internet(): { time: number; readAt: number } | null {
    return this.#internet;
  }
}

function isOfInternet(hostname: string): boolean {
  return hostname.includes('.') && isIP(hostname) === 0 && !LOCAL_NAME.test(hostname);
}

/** The clocks of all hosts that answer this process. */
export const otherClocks = new OtherClocks();
