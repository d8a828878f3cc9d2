/** What came of one attempt. Reasons are sentences for people, without secrets. */
export type Outcome =
  | {
      type: 'done';
      /** What a person may want to know of it, such as “already there, not sent again”. */
      note?: string;
      /** What the other side answered: at most its first 1,024 characters are kept. */
      answer?: string;
      /** Facts to keep for later deliveries of this destination, written together with the outcome. */
      remember?: Record<string, string>;
    }
  | {
      type: 'retry';
      reason: string;
      answer?: string;
      /** Not before this many milliseconds; without it, the backoff decides. */
      delayMs?: number;
      /** The other side is at its limit: costs no attempt, and holds the whole destination for `delayMs`. */
      rateLimited?: boolean;
      /**
       * Nothing failed: what is waited for is not there yet. It is tried again after `delayMs`, costs no
       * attempt, and the destination counts as working.
       */
      waiting?: boolean;
      /**
       * Part of the work is done, such as a mail that reached some of its recipients. Costs no attempt, the
       * destination counts as working, and `delayMs` replaces the backoff.
       */
      progressed?: boolean;
      /** The receiver itself was in the way: costs no attempt, and says nothing of the destination. */
      ownFault?: boolean;
      /** The destination works; it is the one of its recipients that this delivery is for which does not. */
      ofRecipient?: boolean;
      /** The send may have arrived all the same: the next attempt looks before it sends. */
      uncertain?: boolean;
      /** What had been done before it failed, so that the next attempt does not do it again. */
      remember?: Record<string, string>;
    }
  | {
      type: 'dead';
      /** The cause, and what a person can do about it. */
      reason: string;
      answer?: string;
      /** As of `retry`. */
      ofRecipient?: boolean;
      /** What had been done before it failed, so that a dead letter made ready again does not repeat it. */
      remember?: Record<string, string>;
    };
