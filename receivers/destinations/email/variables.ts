import type { Variation } from '../../../shared/events.ts';
import {
  ACTION_TITLES,
  ACTION_VERBS,
  categoryWords,
  cut,
  durationWords,
  nameWords,
  percentWords,
  typeWords,
  variationWords,
} from '../../../shared/words.ts';
import type { Results } from '../../contract/experience.ts';
import type { ExperienceMessage, ReportMessage } from '../../contract/message.ts';
import { figuresIn } from '../../experience/figures.ts';
import { peopleOf } from '../common/people.ts';
import type { EmailSettings } from './settings.ts';
import { oneLine } from './thread.ts';

/** A moment, ready to be shown; null where it is unknown. */
export type Moment = {
  /** In the settings' time zone and locale: “2 September 2026 at 09:30 UTC”. */
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
  /** The settings `subject`: `thread` or `event`. */
  subject_style: 'thread' | 'event';
  /** A picture at an https URL. */
  chart: Chart | null;
}

interface Chart {
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
  experience: {
    id: string;
    name: string;
    /** In words: “Price”. */
    type: string;
    /** As Intelligems names it: “pricing”. */
    type_code: string | null;
    /** In words: “A/B test”. */
    category: string;
    /** Now, whatever this event is: pending, started, paused, ended, deleted. */
    status: string;
    currency: string | null;
    is_preview: boolean;
    created: Moment;
    started: Moment;
    paused: Moment;
    ended: Moment;
    /** How long it has been live: “21 d 3 h”. */
    live: string | null;
  };
  organization: { id: string | null; name: string | null; shop: string | null };
  /** The email address of who did it; several, parted by commas, for a burst of updates by several. */
  person: string | null;
  /** When it happened. */
  time: Moment;
  received: Moment;
  /** A newer event of the experience had come before. */
  late: boolean;
  /** No webhook came; it was found at Intelligems. */
  recovered: boolean;
  /** At most the first 50. */
  variations: VariationVariables[];
  /** How many more there are. */
  variations_left: number;
  /** What changed, in words, beside what the action says itself; at most the first 50. */
  changes: string[];
  results: ResultsVariables | null;
  /** The name of the source it came through. */
  source: string;
  links: { intelligems: string | null; console: string | null };
  /** The webhook as Intelligems sent it, with every field. */
  payload: Record<string, unknown>;
}

interface VariationVariables {
  name: string;
  is_control: boolean;
  /** “50 %”. */
  share: string;
  /** 0 to 100; null where it is unknown. */
  percentage: number | null;
  /** “−5 %”; null where the price is not changed. */
  price: string | null;
}

interface ResultsVariables {
  verdict: string;
  summary: string;
  /** “+$1,200”, estimated; null where it is unknown. */
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

type Locale = Pick<EmailSettings, 'locale' | 'timeZone'>;

/** How many variations and changes a mail lists: Gmail shows no more than the first 102 KB of a mail. */
const MOST_LISTED = 50;

/** The longest single text, in characters. */
const LONGEST_LINE = 500;

/** Gathers what the templates of an action can name. */
export function experienceVariables(
  message: ExperienceMessage,
  settings: EmailSettings,
  subject: string,
): ExperienceVariables {
  const { event, state } = message;
  const { experience, organization } = event;
  const people = peopleOf(message);
  const moment = (ms: number | null): Moment => momentOf(ms, settings);
  return {
    subject,
    subject_style: settings.subject,
    links: { intelligems: webLink(message.links.intelligems), console: webLink(message.links.console) },
    chart: chartOf(message.results?.chart),
    action: event.action,
    title: ACTION_TITLES[event.action],
    verb: ACTION_VERBS[event.action],
    experience: {
      id: line(experience.id),
      name: line(nameWords(experience)),
      type: line(typeWords(experience.type)),
      type_code: experience.type === undefined ? null : line(experience.type),
      category: line(categoryWords(experience.category)),
      status: state.status,
      currency: experience.currency === undefined ? null : line(experience.currency),
      is_preview: experience.isPreview ?? false,
      created: moment(state.createdAt),
      started: moment(state.startedAt),
      paused: moment(state.pausedAt),
      ended: moment(state.endedAt),
      live: state.liveMs === null ? null : durationWords(state.liveMs),
    },
    organization: {
      id: organization.id === undefined ? null : line(organization.id),
      name: organization.name === undefined ? null : line(organization.name),
      shop: organization.shopId === undefined ? null : line(organization.shopId),
    },
    person: people.length === 0 ? null : people.map(line).join(', '),
    time: moment(event.timestamp),
    received: moment(message.receivedAt),
    late: message.late,
    recovered: message.recovered,
    variations: experience.variations.slice(0, MOST_LISTED).map((variation, index) => ({
      name: line(variationWords(variation, index)),
      is_control: variation.isControl ?? false,
      share: percentWords(variation.percentage),
      percentage: variation.percentage === undefined ? null : clamp(variation.percentage),
      price: priceWords(variation, experience.currency),
    })),
    variations_left: Math.max(0, experience.variations.length - MOST_LISTED),
    changes: message.changes
      .filter(({ bookkeeping }) => !bookkeeping)
      .slice(0, MOST_LISTED)
      .map(({ words }) => line(words)),
    results: message.results === null ? null : resultsVariables(message.results, settings.locale),
    source: line(message.source),
    payload: event.payload,
  };
}

/** Gathers what the templates of a report can name. */
export function reportVariables(
  { report, receivedAt }: ReportMessage,
  settings: EmailSettings,
  subject: string,
): ReportVariables {
  return {
    subject,
    subject_style: settings.subject,
    chart: chartOf(report.image),
    topic: report.topic,
    title: line(report.title),
    summary: report.summary,
    sections: report.sections.map(({ heading, lines, table }) => ({
      heading: line(heading),
      lines: lines.map(line),
      table:
        table === null
          ? null
          : { columns: table.columns.map(line), rows: table.rows.map((row) => row.map(line)) },
    })),
    time: momentOf(receivedAt, settings),
    link: webLink(report.link),
  };
}

function momentOf(ms: number | null, locale: Locale): Moment {
  return ms === null ? null : { text: dateFormat(locale).format(ms), iso: new Date(ms).toISOString(), ms };
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** Kept, since making one takes longer than all the rest of a mail's variables. */
function dateFormat({ locale, timeZone }: Locale): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = dateFormats.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  dateFormats.set(key, made);
  return made;
}

/** Only what a browser opens as a page: a mail must carry no script and no file link. */
function webLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;
}

/** A chart as templates name it; null for none, and for what is no picture on the web. */
export function chartOf(chart: { url: string; description: string } | null | undefined): Chart | null {
  const { url, description } = chart ?? { url: '', description: '' };
  return /^https:\/\//i.test(url) && URL.canParse(url)
    ? { url, description: line(description), image: url }
    : null;
}

function line(text: string): string {
  return cut(oneLine(text), LONGEST_LINE);
}

function priceWords({ priceChange, priceChangeUnit }: Variation, currency = ''): string | null {
  if (priceChange === undefined || priceChange === 0) {
    return null;
  }
  const percent = priceChangeUnit === undefined || /percent/i.test(priceChangeUnit);
  return `${signed(priceChange)} ${percent ? '%' : oneLine(currency)}`.trim();
}

function signed(value: number): string {
  return value < 0 ? `−${Math.abs(value)}` : `+${value}`;
}

function clamp(percentage: number): number {
  return Math.min(100, Math.max(0, percentage));
}

function resultsVariables(results: Results, locale: string): ResultsVariables {
  const { count, money, gain, percent, chance, change } = figuresIn(locale, results.currency);
  const range = ({ low, high }: { low: number | null; high: number | null }): string | null =>
    low === null || high === null ? null : `${change(low)} and ${change(high)}`;
  return {
    verdict: results.verdict,
    summary: results.summary,
    monthly_revenue: results.monthlyRevenue === null ? null : gain(results.monthlyRevenue),
    variations: results.variations.map((variation, index) => ({
      name: line(variationWords(variation, index)),
      is_control: variation.isControl,
      visitors: count(variation.visitors),
      orders: count(variation.orders),
      conversion: percent(variation.conversion, 2),
      revenue_per_visitor: money(variation.revenuePerVisitor),
      profit_per_visitor: money(variation.profitPerVisitor),
      uplift: change(variation.uplift?.value ?? null),
      uplift_range: variation.uplift === null ? null : range(variation.uplift),
      probability: chance(variation.probabilityToBeatBaseline),
    })),
  };
}
