/** Compares this host's clock with the `Date` header of answers (RFC 9110, section 6.6.1), which has whole seconds. */
class OtherClocks {
  #last: { host: string; aheadMs: number } | null = null;

  /** Takes note of an answer. A `Date` that cannot be read is ignored; the `Age` of a cached answer counts. */
  compare(host: string, { date, age }: Readonly<Record<string, string>>): void {
    const theirs = Date.parse(date ?? '') + Number(age ?? 0) * 1_000;
    if (!Number.isNaN(theirs)) {
      this.#last = { host, aheadMs: Date.now() - theirs };
    }
  }

  /** How far this host's clock is ahead of the host that answered last, milliseconds; null before the first answer. */
  get last(): { host: string; aheadMs: number } | null {
    return this.#last;
  }
}

/** The clocks of all hosts that answer this process. */
export const otherClocks = new OtherClocks();
