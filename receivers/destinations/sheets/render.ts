import { type ExperienceEvent, triggeredBy } from '../../../shared/events.ts';
import { ACTION_TITLES, nameWords, typeWords } from '../../../shared/words.ts';
import type { ExperienceMessage, Message, Report, ReportMessage } from '../../contract/message.ts';
import { eventTime, experienceState } from '../../experience/state.ts';
import { type Cell, clock, EMPTY, numberCell, serialTime, textCell, timeCell } from './cells.ts';
import { type Column, type ColumnField, LOG_COLUMNS, splitWords, statusWords } from './columns.ts';
import { resultCells } from './results.ts';
import type { SheetsSettings } from './settings.ts';

/** One row of one tab, before it is known under which columns the tab has its headers. */
export interface Row {
  tab: string;
  /**
   * `append`: written once; `keep`: the row of this identity is brought up to date, or made; `refresh`: it is
   * brought up to date where it still is.
   */
  mode: 'append' | 'keep' | 'refresh';
  /** The column by which the row is found again, and the row's value there. */
  identity: { header: string; value: string; hidden: boolean };
  columns: Column[];
  /** Of an appended row that is found again: the columns that may have become known since. */
  refreshed: string[];
}

/** The time zone of the shown dates, and the spreadsheet's own, by which its formulas count. */
export interface Zones {
  shown: string;
  spreadsheet: string;
}

/** The rows that a message becomes: at most one in the log, and one in the list of experiences or reports. */
export function renderRows(message: Message, settings: SheetsSettings, zones: Zones): Row[] {
  if (message.kind === 'report') {
    return settings.reportsTab === false ? [] : [reportRow(message, settings.reportsTab, zones)];
  }
  const log = logRow(message, settings, zones);
  return settings.experiencesTab === false
    ? [log]
    : [log, experienceRow(message, settings.experiencesTab, zones)];
}

function logRow(message: ExperienceMessage, settings: SheetsSettings, zones: Zones): Row {
  const chosen = settings.columns.find(({ field }) => field === 'eventKey');
  const columns = settings.columns.map(({ field, header }) => ({
    header,
    cell: LOG_COLUMNS[field].cell(message, zones.shown),
  }));
  const header = chosen?.header ?? LOG_COLUMNS.eventKey.header;
  if (chosen === undefined) {
    columns.push({ header, cell: textCell(message.key) });
  }
  return {
    tab: tabName(message, settings, zones),
    mode: 'append',
    identity: { header, value: message.key, hidden: chosen === undefined },
    columns,
    refreshed: settings.columns
      .filter(({ field }) => BECOMES_KNOWN.includes(field))
      .map((each) => each.header),
  };
}

/** What may become known of an event after its row was written. */
const BECOMES_KNOWN: readonly ColumnField[] = [
  'triggeredByEmail',
  'verdict',
  'bestVariation',
  'uplift',
  'chanceToWin',
  'monthlyRevenue',
  'results',
];

/** More characters does a tab's name not hold. */
const TAB_CHARACTERS = 100;

/** The log's tab for this message: the pattern of the settings, filled in. */
function tabName(message: ExperienceMessage, settings: SheetsSettings, zones: Zones): string {
  const { event, receivedAt, source } = message;
  const { year, month } = clock(event.timestamp ?? receivedAt, zones.shown);
  const values: Record<string, string> = {
    year: String(year),
    month: `${year}-${String(month).padStart(2, '0')}`,
    organization: event.organization.name || event.organization.shopId || event.organization.id || source,
    source,
  };
  const name = settings.tab
    .replaceAll(/\{([^}]*)\}/g, (_, placeholder: string) => tabCharacters(values[placeholder] ?? ''))
    .slice(0, TAB_CHARACTERS - ' (log)'.length)
    .toWellFormed()
    .trim();
  const others = [settings.experiencesTab, settings.reportsTab].filter((tab) => tab !== false);
  return others.some((tab) => tab.toLowerCase() === name.toLowerCase())
    ? `${name} (log)`
    : name || 'Intelligems';
}

/** Leaves out what a tab's name may not hold in Google Sheets or in an Excel export of it. */
function tabCharacters(text: string): string {
  return text.replaceAll(/[\p{C}[\]*?:/\\']+/gu, ' ').trim();
}

function experienceRow(message: ExperienceMessage, tab: string, zones: Zones): Row {
  const { state, results } = message;
  const { experience } = state;
  const newest = message.history.reduce(
    (latest, each) => (eventTime(each) >= eventTime(latest) ? each : latest),
    message.event,
  );
  const by = newest === message.event ? message.triggeredBy : triggeredBy(newest);
  const cells = resultCells(results);
  return {
    tab,
    mode: 'keep',
    identity: { header: 'Experience ID', value: experience.id, hidden: false },
    refreshed: [],
    columns: [
      { header: 'Experience Name', cell: textCell(nameWords(experience)) },
      { header: 'Type', cell: textCell(experience.type && typeWords(experience.type)) },
      { header: 'Status', cell: textCell(statusWords(state.status)) },
      { header: 'Variations', cell: textCell(splitWords(experience.variations)) },
      { header: 'Created', cell: timeCell(state.createdAt, zones.shown) },
      { header: 'Started', cell: timeCell(state.startedAt, zones.shown) },
      { header: 'Ended', cell: timeCell(state.endedAt, zones.shown) },
      { header: 'Days Live', cell: daysLive(message, newest, zones) },
      { header: 'Last Change', cell: timeCell(state.lastChangeAt, zones.shown) },
      { header: 'Last Event', cell: textCell(ACTION_TITLES[newest.action]) },
      { header: 'By', cell: textCell(by) },
      { header: 'Store', cell: textCell(state.organization.shopId) },
      { header: 'Experience ID', cell: textCell(experience.id) },
      ...(results === null
        ? []
        : [
            { header: 'Verdict', cell: cells.verdict },
            { header: 'Best Variation', cell: cells.bestVariation },
            { header: 'Uplift', cell: cells.uplift },
            { header: 'Chance to Win', cell: cells.chanceToWin },
            { header: 'Est. Monthly Revenue', cell: cells.monthlyRevenue },
            { header: 'Results', cell: textCell(results.summary) },
          ]),
    ],
  };
}

const MINUTES_A_DAY = 1_440;
const DAY_MS = 86_400_000;

/**
 * The days that an experience has been live. While it runs, a formula that goes on counting: now, less the
 * moment at which it would have started had it never been paused. It is made of whole numbers alone, so
 * that it reads the same in every language of a spreadsheet and needs no other cell.
 */
function daysLive({ state, history }: ExperienceMessage, newest: ExperienceEvent, zones: Zones): Cell {
  if (state.liveMs === null) {
    return EMPTY;
  }
  const until = eventTime(newest);
  const { liveMs } = experienceState(history, until);
  if (state.status === 'started' && liveMs !== null) {
    const since = serialTime(until - liveMs, zones.spreadsheet);
    if (since !== null) {
      const formula = `=NOW()-${Math.round(since * MINUTES_A_DAY)}/${MINUTES_A_DAY}`;
      return { type: 'formula', formula, pattern: '0.0', words: 'counting up' };
    }
  }
  return numberCell(Math.round((state.liveMs / DAY_MS) * 10) / 10, '0.0');
}

/** The identity of a report's row stands in this column. */
const REPORT_KEY = 'Report Key';

function reportRow({ key, report, receivedAt }: ReportMessage, tab: string, zones: Zones): Row {
  return {
    tab,
    mode: 'append',
    identity: { header: REPORT_KEY, value: key, hidden: true },
    refreshed: [],
    columns: [
      { header: 'Date', cell: timeCell(receivedAt, zones.shown) },
      { header: 'Topic', cell: textCell(TOPICS[report.topic]) },
      { header: 'Title', cell: textCell(report.title) },
      { header: 'Summary', cell: textCell(report.summary) },
      { header: 'Details', cell: textCell(detailWords(report)) },
      { header: 'Experience ID', cell: textCell(report.experienceId) },
      { header: 'Link', cell: textCell(report.link) },
      { header: REPORT_KEY, cell: textCell(key) },
    ],
  };
}

const TOPICS: Readonly<Record<Report['topic'], string>> = {
  digest: 'Digest',
  milestone: 'Milestone',
  overview: 'Overview',
  results: 'Results',
  alert: 'Alert',
};

/** The report's sections as lines of one cell. */
function detailWords({ sections }: Report): string {
  return sections
    .map(({ heading, lines, table }) =>
      [
        `${heading}:`,
        ...lines.map((line) => `• ${line}`),
        ...(table?.rows ?? []).map(
          (row) =>
            `• ${row.map((value, index) => withHeading(table?.columns[index], value, index)).join(', ')}`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

function withHeading(heading: string | undefined, value: string, index: number): string {
  return index === 0 || !heading ? value : `${heading} ${value}`;
}
