/** What came of an experience, as the External API's analytics tell it, in this project's words. */
export interface Results {
  verdict:
    | 'strong_win'
    | 'directional_win'
    | 'directional_loss'
    | 'strong_loss'
    | 'mixed_signals'
    | 'not_ready'
    | 'error';
  /** The verdict and its caution in one or two sentences. */
  summary: string;
  variations: VariationResult[];
  /** The store's currency as an ISO 4217 code. */
  currency: string | null;
  /** Estimated, in `currency`. */
  monthlyRevenue: number | null;
  chart: { url: string; description: string } | null;
}

/** The figures of one variation; null where Intelligems does not tell them. Rates are fractions (0.031 is 3.1 %). */
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
