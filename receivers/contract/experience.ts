import type { Experience, Organization } from '../../shared/events.ts';

/** One difference between two snapshots of an experience. */
export interface Change {
  /** The path of the field in the experience document, such as `variations`. */
  field: string;
  /** In words: “Variant B 50 → 20%”. */
  words: string;
  /**
   * Not news: a field that only the vendor's bookkeeping changes, such as the time of the last update, or that the
   * action itself sets, such as the status at a start.
   */
  bookkeeping: boolean;
}

export type Status = 'pending' | 'started' | 'paused' | 'ended' | 'deleted';

/** The current state of an experience. Times are milliseconds since 1970; null if unknown. */
export interface ExperienceState {
  /** The newest snapshot by event time. */
  experience: Experience;
  organization: Organization;
  status: Status;
  createdAt: number | null;
  /** When it first went live. */
  startedAt: number | null;
  /** Null unless it is paused now. */
  pausedAt: number | null;
  /** Null unless it is over; also null if it was started again. */
  endedAt: number | null;
  deletedAt: number | null;
  /** How long it was live, without pauses, in milliseconds; null if it never was. */
  liveMs: number | null;
  lastChangeAt: number | null;
}

/** The results of an experience from the External API's analytics, in this project's terms. */
export interface Results {
  verdict:
    | 'strong_win'
    | 'directional_win'
    | 'directional_loss'
    | 'strong_loss'
    | 'mixed_signals'
    | 'not_ready'
    | 'error';
  /** The verdict and its caution in a few sentences. */
  summary: string;
  variations: VariationResult[];
  /** The store's currency as an ISO 4217 code. */
  currency: string | null;
  /** How its figures are written, such as `en-US`. */
  locale?: string;
  /** Estimated, in `currency`. */
  monthlyRevenue: number | null;
  chart: { url: string; description: string } | null;
}

/** The figures of one variation; null if Intelligems does not provide them. Rates are fractions (0.031 is 3.1%). */
export interface VariationResult {
  id: string;
  name: string;
  isControl: boolean;
  visitors: number | null;
  orders: number | null;
  conversion: number | null;
  revenuePerVisitor: number | null;
  profitPerVisitor: number | null;
  /** Of revenue per visitor against the control. */
  uplift: { value: number; low: number | null; high: number | null } | null;
  probabilityToBeatBaseline: number | null;
}

/** What people want to know of an experience beyond its state; null if it is not set. */
export interface About {
  /** The hypothesis that a person wrote. */
  hypothesis: string | null;
  /** The primary metric in words: “Revenue per visitor”. */
  metric: string | null;
  /** What visitors do not get, and what to do: for a prominent place. */
  warning: string | null;
}

/** An experience that another one rolls out. */
export interface RolledOut {
  experienceId: string;
  /** Null if the receiver does not know it. */
  name: string | null;
  /** Where people open it in Intelligems. */
  link: string;
}
