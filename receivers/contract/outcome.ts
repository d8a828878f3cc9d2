/** The result of one attempt. Reasons are sentences for people, without secrets. */
export type Outcome =
  | {
      type: 'done';
      /** What a person may want to know, such as “already there, not sent again”. */
      note?: string;
      /** The answer of the other side. Its first 1,024 characters are kept. */
      answer?: string;
      /** Facts to keep for later deliveries of this destination, written together with the outcome. */
      remember?: Record<string, string>;
    }
  | {
      type: 'retry';
      reason: string;
      answer?: string;
      /** The minimum delay, in milliseconds. Default: the backoff. */
      delayMs?: number;
      /** The other side is at its limit: costs no attempt, and holds the whole destination for `delayMs`. */
      rateLimited?: boolean;
      /**
       * Nothing failed, but something that it waits for is not there yet. It is retried after `delayMs`, costs no
       * attempt, and the destination counts as working.
       */
      waiting?: boolean;
      /**
       * Part of the work is done, such as a mail that reached some of its recipients. Costs no attempt, the
       * destination counts as working, and `delayMs` replaces the backoff.
       */
      progressed?: boolean;
      /** The receiver itself failed: costs no attempt, and does not count against the destination. */
      ownFault?: boolean;
      /** The destination works, but the recipient of this delivery does not. */
      ofRecipient?: boolean;
      /** The attempt may have arrived, so the next one looks before it sends. */
      uncertain?: boolean;
      /** What was done before it failed, so that the next attempt does not repeat it. */
      remember?: Record<string, string>;
    }
  | {
      type: 'dead';
      /** The cause, and what a person can do about it. */
      reason: string;
      answer?: string;
      /** As for `retry`. */
      ofRecipient?: boolean;
      /** What was done before it failed, so that a replay does not repeat it. */
      remember?: Record<string, string>;
    };
