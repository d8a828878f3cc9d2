import type { Action } from '../../../shared/events.ts';
import {
  ACTION_TITLES,
  categoryWords,
  nameWords,
  percentWords,
  typeWords,
  variationWords,
} from '../../../shared/words.ts';
import type { ExperienceMessage } from '../../contract/message.ts';
import { aboutExperience } from '../../experience/about.ts';
import { requesterWords } from '../../experience/requester.ts';
import { peopleOf } from '../common/people.ts';
import { type Cell, textCell, timeCell } from './cells.ts';
import { resultCells } from './results.ts';

interface LogColumn {
  header: string;
  cell(message: ExperienceMessage, timeZone: string): Cell;
}

/**
 * What a column of the log can show. The first six are those of the vendor's documentation, with the webhook's own
 * values, so that formulas and filters made for that example keep working. The others are in words.
 */
export const LOG_COLUMNS = {
  experienceName: { header: 'Experience Name', cell: ({ event }) => textCell(nameWords(event.experience)) },
  actionType: { header: 'Action Type', cell: ({ event }) => textCell(event.action) },
  experienceType: { header: 'Experience Type', cell: ({ event }) => textCell(event.experience.type) },
  timestamp: {
    header: 'Timestamp',
    cell: ({ event, receivedAt }, timeZone) => timeCell(event.timestamp ?? receivedAt, timeZone),
  },
  experienceId: { header: 'Experience ID', cell: ({ event }) => textCell(event.experience.id) },
  triggeredByEmail: {
    header: 'Triggered By Email',
    cell: (message) => textCell(peopleOf(message).join(', ')),
  },
  event: { header: 'Event', cell: ({ event }) => textCell(ACTION_TITLES[event.action]) },
  type: {
    header: 'Type',
    cell: ({ event }) => textCell(event.experience.type && typeWords(event.experience.type)),
  },
  category: { header: 'Category', cell: ({ event }) => textCell(categoryWords(event.experience.category)) },
  status: { header: 'Status', cell: ({ event }) => textCell(statusWords(statusAfter(event))) },
  variations: {
    header: 'Variations',
    cell: ({ event }) => textCell(splitWords(event.experience.variations)),
  },
  hypothesis: { header: 'Hypothesis', cell: ({ event }) => textCell(event.experience.description?.trim()) },
  primaryMetric: {
    header: 'Primary Metric',
    cell: ({ event }) => textCell(aboutExperience(event.experience).metric ?? undefined),
  },
  rollsOut: {
    header: 'Rolls Out',
    cell: ({ rollsOut }) =>
      textCell(rollsOut === null ? undefined : (rollsOut.name ?? rollsOut.experienceId)),
  },
  warning: {
    header: 'Warning',
    cell: ({ event }) => textCell(aboutExperience(event.experience).warning ?? undefined),
  },
  whatChanged: { header: 'What Changed', cell: ({ changes }) => textCell(changeWords(changes)) },
  store: { header: 'Store', cell: ({ event }) => textCell(event.organization.shopId) },
  organization: { header: 'Organization', cell: ({ event }) => textCell(event.organization.name) },
  source: { header: 'Source', cell: ({ source }) => textCell(source) },
  received: { header: 'Received', cell: ({ receivedAt }, timeZone) => timeCell(receivedAt, timeZone) },
  remarks: { header: 'Remarks', cell: (message) => textCell(remarkWords(message)) },
  link: { header: 'Link', cell: ({ links }) => textCell(links.intelligems) },
  consoleLink: { header: 'Console Link', cell: ({ links }) => textCell(links.console) },
  verdict: { header: 'Verdict', cell: ({ results }) => resultCells(results).verdict },
  bestVariation: { header: 'Best Variation', cell: ({ results }) => resultCells(results).bestVariation },
  uplift: { header: 'Uplift', cell: ({ results }) => resultCells(results).uplift },
  chanceToWin: { header: 'Chance to Win', cell: ({ results }) => resultCells(results).chanceToWin },
  monthlyRevenue: {
    header: 'Est. Monthly Revenue',
    cell: ({ results }) => resultCells(results).monthlyRevenue,
  },
  results: { header: 'Results', cell: ({ results }) => textCell(results?.summary) },
  eventKey: { header: 'Event Key', cell: ({ key }) => textCell(key) },
} satisfies Record<string, LogColumn>;

export type ColumnField = keyof typeof LOG_COLUMNS;

export const COLUMN_FIELDS = Object.keys(LOG_COLUMNS) as ColumnField[];

/** Columns A to F of the vendor's documentation, always first. */
export const DOCUMENTED_FIELDS: readonly ColumnField[] = COLUMN_FIELDS.slice(0, 6);

/** The field that a person means by `whatChanged`, “what changed” or “What Changed”; null if there is none. */
export function columnField(name: string): ColumnField | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');
  const wanted = plain(name);
  return (
    COLUMN_FIELDS.find((field) => plain(field) === wanted || plain(LOG_COLUMNS[field].header) === wanted) ??
    null
  );
}

const STATUS_AFTER: Partial<Record<Action, string>> = {
  startExperience: 'started',
  pauseExperience: 'paused',
  endExperience: 'ended',
  deleteExperience: 'deleted',
};

function statusAfter({ action, experience }: ExperienceMessage['event']): string | undefined {
  return STATUS_AFTER[action] ?? experience.status;
}

/** A status as a word: “Started”; empty if there is none. */
export function statusWords(status: string | undefined): string {
  return status === undefined ? '' : status.charAt(0).toUpperCase() + status.slice(1);
}

/** The variations with their share of the traffic: “Control 50%, Price −5% 50%”. */
export function splitWords(variations: ExperienceMessage['event']['experience']['variations']): string {
  return variations
    .map((variation, index) => `${variationWords(variation, index)} ${percentWords(variation.percentage)}`)
    .join(', ');
}

/** What changed, without the vendor's bookkeeping. */
function changeWords(changes: ExperienceMessage['changes']): string {
  return changes
    .filter(({ bookkeeping }) => !bookkeeping)
    .map(({ words }) => words)
    .join('; ');
}

function remarkWords({ late, recovered, requestedBy }: ExperienceMessage): string {
  const remarks = [
    late && 'arrived late, after a newer event',
    recovered && 'found at Intelligems, no webhook came',
    requestedBy !== null && `done ${requesterWords(requestedBy.by)}, through the receiver`,
  ];
  return remarks.filter(Boolean).join('; ');
}
