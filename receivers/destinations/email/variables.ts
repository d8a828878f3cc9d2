/** A moment, ready to be shown; null if it is unknown. */
export type Moment = {
  /** In the settings' time zone and locale: “September 2, 2026 at 09:30 AM UTC”. */
  text: string;
  /** ISO 8601 in UTC. */
  iso: string;
  /** Milliseconds since 1970. */
  ms: number;
} | null;

/** What every template can name. Texts are single lines and never undefined; what is unknown is null. */
interface CommonVariables {
  /** The subject of the experience's thread; for a report that stands alone, its title. */
  subject: string;
  /** The setting `subject`: `thread` or `event`. */
  subject_style: 'thread' | 'event';
  /** A picture at an https URL. */
  chart: Chart | null;
}

export interface Chart {
  url: string;
  description: string;
  /** What to show: the picture that the mail carries, else its URL. */
  image: string;
}

/** What the templates of the six actions can name. */
export interface ExperienceVariables extends CommonVariables {
  /** startExperience, … */
  action: string;
  /** “Experience Started”. */
  title: string;
  /** “was started”. */
  verb: string;
  /** The experience right after this event. */
  experience: {
    id: string;
    name: string;
    /** What the person who made it expects. */
    hypothesis: string | null;
    /** In words: “Price”. */
    type: string;
    /** As Intelligems names it: “pricing”. */
    type_code: string | null;
    /** In words: “A/B test”. */
    category: string;
    /** pending, started, paused, ended, deleted. */
    status: string;
    /** The status at the time of sending, which newer events may have changed. */
    status_now: string;
    currency: string | null;
    /** The primary metric; null if Intelligems does not name one. */
    metric: string | null;
    /** The experience that this one rolls out. */
    rolls_out: { name: string; link: string | null } | null;
    /** It was never started, and only people with its preview link see it. */
    is_preview: boolean;
    /** Intelligems could not sync it with Shopify. */
    sync_error: boolean;
    created: Moment;
    started: Moment;
    paused: Moment;
    ended: Moment;
    /** How long it had been live: “21 days 3 hours”. */
    live: string | null;
  };
  organization: { id: string | null; name: string | null; shop: string | null };
  /** The email address of who did it; several, separated by commas, for a burst of updates by several. */
  person: string | null;
  /** When it happened. */
  time: Moment;
  received: Moment;
  /** This event arrived after a newer one. */
  late: boolean;
  /** Newer events of the experience are known. */
  newer: boolean;
  /** No webhook arrived; it was found by asking Intelligems. */
  recovered: boolean;
  /** Who had the receiver do it, in a sentence; null if it was not done through the receiver. */
  requested: string | null;
  /** At most the first 50. */
  variations: VariationVariables[];
  /** How many more there are. */
  variations_left: number;
  /** What changed, in words, apart from what the action itself says; at most the first 50. */
  changes: string[];
  results: ResultsVariables | null;
  /** The name of the source that it came through. */
  source: string;
  links: { intelligems: string | null; console: string | null };
  /** The webhook as Intelligems sent it, with every field. */
  payload: Record<string, unknown>;
}

export interface VariationVariables {
  name: string;
  is_control: boolean;
  /** “50%”. */
  share: string;
  /** 0 to 100; null if it is unknown. */
  percentage: number | null;
  /** “−5%”; null if the price is not changed. */
  price: string | null;
}

export interface ResultsVariables {
  verdict: string;
  summary: string;
  /** What the verdict supports: the winner after a win, the control after a loss; null while it is open. */
  recommended: string | null;
  /** “+$1,200”, estimated; null if it is unknown. */
  monthly_revenue: string | null;
  variations: {
    name: string;
    is_control: boolean;
    visitors: string;
    orders: string;
    conversion: string;
    revenue_per_visitor: string;
    profit_per_visitor: string;
    /** “+6.2%”. */
    uplift: string;
    /** “-1% and +13%”. */
    uplift_range: string | null;
    probability: string;
  }[];
}

/** What the templates `report.*` can name. */
export interface ReportVariables extends CommonVariables {
  topic: string;
  title: string;
  summary: string;
  sections: {
    heading: string;
    lines: string[];
    table: { columns: string[]; rows: string[][] } | null;
  }[];
  /** When the receiver made it. */
  time: Moment;
  link: string | null;
}
