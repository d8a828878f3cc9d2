import type { Variation } from '../../../shared/events.ts';
import {
  ACTION_TITLES,
  ACTION_VERBS,
  categoryWords,
  durationWords,
  nameWords,
  typeWords,
} from '../../../shared/words.ts';
import type { Change, Results, RolledOut } from '../../contract/experience.ts';
import type { RequestedBy } from '../../contract/lifecycle.ts';
import type { ExperienceMessage, Report, ReportMessage } from '../../contract/message.ts';
import { aboutExperience } from '../../experience/about.ts';

/** A moment: ISO 8601 in UTC, and milliseconds since 1970. */
interface Moment {
  iso: string;
  ms: number;
}

/** The body that your own API gets for an experience's event. Every field is always there; null means unknown. */
export interface ForwardedEvent {
  /** `experience.created`, `.started`, `.paused`, `.ended`, `.updated`, `.deleted`. */
  type: string;
  /** The event's key: the same on every attempt, and the header `webhook-id`. */
  key: string;
  /** Intelligems' own name: `startExperience`, … */
  action: string;
  /** “Experience Started”. */
  title: string;
  /** “was started”: follows the experience's name in a sentence. */
  verb: string;
  /** When it happened. */
  timestamp: Moment | null;
  /** When the receiver accepted it. */
  receivedAt: Moment;
  /** The email address of who did it. */
  triggeredBy: string | null;
  /** Who caused the other updates of a burst that this one stands for. */
  alsoBy: readonly string[];
  /** A newer event of the experience came before this one: its status is not the current one. */
  late: boolean;
  /** No webhook came; the receiver found it at Intelligems later. */
  recovered: boolean;
  /** Who had the receiver pause or resume it, and why if it did so by itself; null for anything else. */
  requestedBy: RequestedBy | null;
  /** The name of the source it came through. */
  source: string;
  organization: { id: string | null; name: string | null; shopId: string | null };
  /** The experience when the event happened. */
  experience: {
    id: string;
    /** Its name, or “Unnamed experience (…)”. */
    name: string;
    /** Intelligems' own name: `pricing`, `content/url`, … */
    type: string | null;
    /** In words: “Price”. */
    typeTitle: string;
    /** `experiment` or `personalization`. */
    category: string | null;
    /** In words: “A/B test”. */
    categoryTitle: string;
    currency: string | null;
    /** Never started: only previews show it. */
    isPreview: boolean;
    /** The hypothesis that a person wrote. */
    hypothesis: string | null;
    /** In words: “Revenue per visitor”. */
    primaryMetric: string | null;
    /** What visitors do not get, such as a discount that did not reach Shopify. */
    warning: string | null;
    /** The experience that this one rolls out. */
    rollsOut: RolledOut | null;
  };
  variations: {
    id: string | null;
    name: string | null;
    /** Share of the traffic, 0 to 100. */
    percentage: number | null;
    isControl: boolean;
    priceChange: number | null;
    priceChangeUnit: string | null;
  }[];
  /** The experience now, whatever this event is. */
  state: {
    status: 'pending' | 'started' | 'paused' | 'ended' | 'deleted';
    createdAt: Moment | null;
    startedAt: Moment | null;
    pausedAt: Moment | null;
    endedAt: Moment | null;
    deletedAt: Moment | null;
    /** How long it has been live, without pauses. */
    live: { ms: number; words: string } | null;
  };
  /** What changed since the previous event, in words. `bookkeeping`: not news, such as the status of a start. */
  changes: Change[];
  /** The results of an ended experience, once they are known. */
  results: Results | null;
  links: { intelligems: string | null; console: string | null };
  /** The webhook's body as Intelligems sent it: every field, and every digit. */
  payload: Record<string, unknown>;
}

/** The body that your own API gets for a report that the receiver made. */
export interface ForwardedReport extends Report {
  /**
   * `experience.health` and `experience.verdict` for a running experience; `report.digest`, `.milestone`,
   * `.overview`, `.results`, `.lifecycle`, `.alert` for the other reports.
   */
  type: string;
  key: string;
  receivedAt: Moment;
}

const TYPES: Readonly<Record<ExperienceMessage['event']['action'], string>> = {
  createExperience: 'experience.created',
  startExperience: 'experience.started',
  pauseExperience: 'experience.paused',
  endExperience: 'experience.ended',
  updateExperience: 'experience.updated',
  deleteExperience: 'experience.deleted',
};

/** An event in this project's own shape: the default body, and what a body template can name. */
export function forwardedEvent(message: ExperienceMessage): ForwardedEvent {
  const { event, state } = message;
  const { experience, organization } = event;
  const { hypothesis, metric, warning } = aboutExperience(experience);
  return {
    type: TYPES[event.action],
    key: message.key,
    action: event.action,
    title: ACTION_TITLES[event.action],
    verb: ACTION_VERBS[event.action],
    timestamp: moment(event.timestamp),
    receivedAt: momentOf(message.receivedAt),
    triggeredBy: message.triggeredBy,
    alsoBy: message.alsoBy,
    late: message.late,
    recovered: message.recovered,
    requestedBy: message.requestedBy,
    source: message.source,
    organization: {
      id: organization.id ?? null,
      name: organization.name ?? null,
      shopId: organization.shopId ?? null,
    },
    experience: {
      id: experience.id,
      name: nameWords(experience),
      type: experience.type ?? null,
      typeTitle: typeWords(experience.type),
      category: experience.category ?? null,
      categoryTitle: categoryWords(experience.category),
      currency: experience.currency ?? null,
      isPreview: experience.isPreview ?? false,
      hypothesis,
      primaryMetric: metric,
      warning,
      rollsOut: message.rollsOut,
    },
    variations: experience.variations.map(forwardedVariation),
    state: {
      status: state.status,
      createdAt: moment(state.createdAt),
      startedAt: moment(state.startedAt),
      pausedAt: moment(state.pausedAt),
      endedAt: moment(state.endedAt),
      deletedAt: moment(state.deletedAt),
      live: state.liveMs === null ? null : { ms: state.liveMs, words: durationWords(state.liveMs) },
    },
    changes: message.changes.map(({ field, words, bookkeeping }) => ({ field, words, bookkeeping })),
    results: message.results,
    links: message.links,
    payload: event.payload,
  };
}

function forwardedVariation(variation: Variation): ForwardedEvent['variations'][number] {
  return {
    id: variation.id ?? null,
    name: variation.name ?? null,
    percentage: variation.percentage ?? null,
    isControl: variation.isControl ?? false,
    priceChange: variation.priceChange ?? null,
    priceChangeUnit: variation.priceChangeUnit ?? null,
  };
}

const REPORT_TYPES: Partial<Record<Report['topic'], string>> = {
  health: 'experience.health',
  verdict: 'experience.verdict',
};

/** A report, as its body. */
export function forwardedReport({ key, receivedAt, report }: ReportMessage): ForwardedReport {
  const type = REPORT_TYPES[report.topic] ?? `report.${report.topic}`;
  return { type, key, receivedAt: momentOf(receivedAt), ...report };
}

function moment(ms: number | null): Moment | null {
  return ms === null ? null : momentOf(ms);
}

function momentOf(ms: number): Moment {
  return { iso: new Date(ms).toISOString(), ms };
}
