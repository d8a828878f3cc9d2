/** What came of sending an event to one Zap. `delayMs`: not before so many milliseconds. */
export type HookOutcome =
  | { type: 'taken' }
  /** The Zap is switched off or deleted: its subscription ends. */
  | { type: 'gone' }
  | { type: 'refused'; status: number }
  | {
      type: 'failed';
      cause: string;
      /** Zapier is there, and it is this Zap that does not work. */
      answered: boolean;
      uncertain: boolean;
      rateLimited: boolean;
      delayMs: number | null;
    };

/** What an answer of Zapier's means; `retryAfter` is the header as it came. */
export function hookOutcome(status: number, retryAfter: string | null): HookOutcome {
  if (status >= 200 && status < 300) {
    return { type: 'taken' };
  }
  if (status === 410) {
    return { type: 'gone' };
  }
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(retryAfter ?? '');
    return {
      type: 'failed',
      cause: status === 429 ? 'its rate limit' : `status ${status}`,
      answered: true,
      uncertain: status !== 429,
      rateLimited: status === 429,
      delayMs: seconds > 0 ? seconds * 1000 : null,
    };
  }
  return { type: 'refused', status };
}
