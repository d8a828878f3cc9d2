/** What the receiver does to an experience on request. Ending one stays in Intelligems. */
export type RequestedAction = 'pause' | 'start';

/** Who asked for it, and where. */
export interface Requester {
  /** policy: nobody did; the settings AUTO_PAUSE_… decided it. */
  via: 'slack' | 'console' | 'policy';
  /** As people call them; null if nobody is known by name. */
  name: string | null;
  email: string | null;
}

/** A request to pause or to resume an experience. Times are milliseconds since 1970. */
export interface LifecycleRequest {
  action: RequestedAction;
  by: Requester;
  source: string;
  experienceId: string;
  /** Of the experience, for people. */
  name: string;
  /** Counts the requests of this experience that were settled before. Each number is carried out at most once. */
  number: number;
  /** Identifies the press of the button: a request that arrives twice counts once. Null for none. */
  press: string | null;
  /** The alarm that made the policy act, in words; null for a person. */
  why: string | null;
}

/** What became of a request. */
export interface SettledRequest {
  request: LifecycleRequest;
  /**
   * done: it was carried out. needless: it was so already. failed: it was not carried out. unknown: Intelligems did
   * not confirm it.
   */
  outcome: 'done' | 'needless' | 'failed' | 'unknown';
  /** When Intelligems carried it out, by the vendor's clock. */
  at: number;
}

/** Who had the receiver do what a webhook reports. */
export type RequestedBy = Pick<LifecycleRequest, 'by' | 'why'>;
