import { wallClock } from '../../base/zoned-time.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import { knownTimeZone, textCell } from './cells.ts';
import { type ColumnField, LOG_COLUMNS } from './columns.ts';
import { experienceRow } from './experience-row.ts';
import { titleName } from './layout.ts';
import { reportRow } from './report-row.ts';
import type { Row, Zones } from './row.ts';
import type { SheetsSettings } from './settings.ts';

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
    identity: [{ header, value: message.key }],
    hidden: chosen === undefined ? header : null,
    columns,
    refreshed: settings.columns
      .filter(({ field }) => BECOMES_KNOWN.includes(field))
      .map((each) => each.header),
  };
}

/** The fields that may become known after the row was written. */
const BECOMES_KNOWN: readonly ColumnField[] = [
  'triggeredByEmail',
  'verdict',
  'bestVariation',
  'uplift',
  'chanceToWin',
  'monthlyRevenue',
  'results',
];

/** The most characters in a tab's name. */
const TAB_CHARACTERS = 100;

/** The tab of this event: the pattern of the settings, filled in. */
function tabName(message: ExperienceMessage, settings: SheetsSettings, zones: Zones): string {
  const { event, receivedAt, source } = message;
  const day = new Date(wallClock(event.timestamp ?? receivedAt, knownTimeZone(zones.shown))).toISOString();
  const values: Record<string, string> = {
    year: day.slice(0, 4),
    month: day.slice(0, 7),
    organization: event.organization.name || event.organization.shopId || event.organization.id || source,
    source,
  };
  const name = settings.tab
    .replaceAll(/\{([^}]*)\}/g, (_, placeholder: string) => tabCharacters(values[placeholder] ?? ''))
    .slice(0, TAB_CHARACTERS - ' (log)'.length)
    .toWellFormed()
    .trim();
  const others = [settings.experiencesTab, settings.reportsTab].filter((tab) => tab !== false);
  return others.some((tab) => titleName(tab) === titleName(name)) ? `${name} (log)` : name || 'Intelligems';
}

/** Leaves out what a tab's name may not hold in Google Sheets or in an Excel export of it. */
function tabCharacters(text: string): string {
  return text.replaceAll(/[\p{C}[\]*?:/\\']+/gu, ' ').trim();
}
