import type { Experience, ExperienceEvent } from '../../shared/events.ts';
import type {
  ZapierHealthAlert,
  ZapierResultsReport,
  ZapierVerdictChange,
  ZapierWeeklyReport,
} from '../../shared/zapier-report.ts';
import type { Change, ExperienceState, Results, RolledOut } from './experience.ts';
import type { ExperienceHealth, HealthNews } from './health.ts';
import type { LifecycleRequest, RequestedAction, RequestedBy, SettledRequest } from './lifecycle.ts';

/** What one delivery carries: an event of an experience, or a report that the receiver made. */
export type Message = ExperienceMessage | ReportMessage;

export interface ExperienceMessage {
  kind: 'experience';
  /** The idempotency key: the same on every attempt of this delivery. Letters, digits, `_` and `-`. */
  key: string;
  event: ExperienceEvent;
  /** The webhook's body as Intelligems sent it: JSON text. `event.payload` is the same parsed, and loses digits. */
  body: string;
  /** The email address of the person who caused it; null if unknown. */
  triggeredBy: string | null;
  /** The email addresses of others whose updates were merged into this one. */
  alsoBy: readonly string[];
  /** When the receiver accepted it, milliseconds since 1970. */
  receivedAt: number;
  /** A newer event of the same experience had been accepted before this one. */
  late: boolean;
  /** No webhook arrived; reconciliation found the action at Intelligems. */
  recovered: boolean;
  /** The current state of the experience by event time, whatever this event is. */
  state: ExperienceState;
  /**
   * The experience right after this event, whatever has happened since. For messages that cannot be updated
   * later: they describe one moment.
   */
  stateThen: ExperienceState;
  /** Newer events of the experience are known, so that `state` may differ from `stateThen`. */
  superseded: boolean;
  /** All known events of the experience by event time, oldest first, this one included; bounded. */
  history: readonly ExperienceEvent[];
  /** The experience before this event; null if there is no earlier snapshot. */
  previous: Experience | null;
  /** The differences between `previous` and this event's snapshot, in words. */
  changes: readonly Change[];
  /** The experience that this one rolls out; null for any other. */
  rollsOut: RolledOut | null;
  /** The results of an ended experience; null until they are known. */
  results: Results | null;
  /** The alarms about it, if it runs; null if it was never checked. */
  health: ExperienceHealth | null;
  /** Who had the receiver do it, if it was carried out here; null for anything else. */
  requestedBy: RequestedBy | null;
  /** The source that it came through. */
  source: string;
  /** Identifies the experience (receivers/contract/experience-key.ts): its card, thread, row and facts hang on it. */
  experienceKey: string;
  links: {
    /** The experience in Intelligems. */
    intelligems: string | null;
    /** The event in the receiver's console; null without PUBLIC_URL. */
    console: string | null;
  };
}

/**
 * A report in words: a digest, a milestone, a weekly overview, results, an alarm about a running experience, another
 * verdict, a pause or resumption on request, or an alert of the receiver.
 */
export interface ReportMessage {
  kind: 'report';
  key: string;
  report: Report;
  /** Identifies the experience that the report is about; null for a report about none or several. */
  experienceKey: string | null;
  receivedAt: number;
}

export interface Report {
  topic: 'digest' | 'milestone' | 'overview' | 'results' | 'health' | 'verdict' | 'lifecycle' | 'alert';
  /** One line with the essence. */
  title: string;
  summary: string;
  sections: ReportSection[];
  /** The experience that it is about, so that it can be shown at that experience's card or thread. */
  experienceId: string | null;
  link: string | null;
  /** A chart at an https URL. */
  image: { url: string; description: string } | null;
  /** The same as fields, for destinations that pass fields on; only for reports that Zaps can get. */
  data?: ReportData;
  /** The alarm that a report of the topic `health` is about. */
  health?: HealthNews;
  /** What people can do about it with a button, at destinations that have buttons. */
  offer?: RequestedAction;
  /** Asks the receiver itself to pause or resume the experience. */
  request?: LifecycleRequest;
  /** What became of such a request. */
  settled?: Pick<SettledRequest, 'request' | 'outcome'>;
}

/** What a report says, as fields. */
export interface ReportData {
  source: string;
  organizationId: string | null;
  report:
    | Omit<ZapierResultsReport, 'id'>
    | Omit<ZapierWeeklyReport, 'id'>
    | Omit<ZapierHealthAlert, 'id'>
    | Omit<ZapierVerdictChange, 'id'>;
}

export interface ReportSection {
  heading: string;
  lines: string[];
  table: { columns: string[]; rows: string[][] } | null;
}
