import { randomUUID } from 'node:crypto';
import type { Check, SettingName } from '../../contract/destination.ts';
import { CHECK_AGAIN } from '../common/webhook-check.ts';
import type { SheetsClient } from './client.ts';
import { type Failure, readFailure } from './failure.ts';
import { findLayout, HEAD_ROWS, quotedTab, titleName } from './layout.ts';
import type { SheetsSettings } from './settings.ts';
import { duplicateWords } from './writer.ts';

const WHAT = 'Google spreadsheet';

/**
 * Finds out whether rows could be written, by a write that changes nothing: a random text that no cell holds is
 * replaced in the first cell. Also reports headers that several columns have.
 *
 * @param email the service account's address, to share the spreadsheet with
 */
export async function checkSpreadsheet(
  { spreadsheets }: SheetsClient,
  settings: SheetsSettings,
  email: string,
  setting: SettingName,
): Promise<Check[]> {
  const { spreadsheetId } = settings;
  try {
    const { data } = await spreadsheets.get({
      spreadsheetId,
      fields: 'properties.title,sheets.properties(sheetId,title,sheetType)',
    });
    const grids = (data.sheets ?? []).filter(({ properties }) => properties?.sheetType !== 'OBJECT');
    const sheetId = grids[0]?.properties?.sheetId ?? 0;
    const range = { sheetId, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 1 };
    const requests = [{ findReplace: { find: randomUUID(), replacement: '', range } }];
    await spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests } });
    const finding = `“${data.properties?.title ?? spreadsheetId}” can be written to as ${email}.`;
    const titles = grids.map(({ properties }) => properties?.title ?? '');
    return [
      { what: WHAT, state: 'ok', finding, fix: null },
      ...(await duplicateHeaders(spreadsheets, settings, titles)),
    ];
  } catch (thrown) {
    return [faultOf(readFailure(thrown, 'read', email, setting))];
  }
}

function faultOf({ kind, reason }: Failure): Check {
  const isUnreachable = kind === 'unavailable' || kind === 'uncertain';
  const passing = ['rate limited', 'token', 'stale'].includes(kind);
  const fix = isUnreachable ? CHECK_AGAIN : null;
  return { what: WHAT, state: passing ? 'warning' : 'fault', finding: reason, fix };
}

/** Of the tabs whose names are known without an event. */
async function duplicateHeaders(
  spreadsheets: SheetsClient['spreadsheets'],
  { spreadsheetId, tab, columns }: SheetsSettings,
  titles: readonly string[],
): Promise<Check[]> {
  const title = titles.find((each) => titleName(each) === titleName(tab));
  if (title === undefined) {
    return [];
  }
  const { data } = await spreadsheets.get({
    spreadsheetId,
    ranges: [`${quotedTab(title)}!1:${HEAD_ROWS}`],
    fields: 'sheets(properties.title,data.rowData.values.formattedValue)',
  });
  const rows = data.sheets?.[0]?.data?.[0]?.rowData ?? [];
  const head = rows.map(({ values }) => (values ?? []).map(({ formattedValue }) => formattedValue ?? ''));
  const layout = findLayout(
    head,
    columns.map(({ header }) => header),
  );
  return (layout?.duplicates ?? []).map((each) => ({
    what: WHAT,
    state: 'warning',
    finding: duplicateWords(title, each.header, each.columns),
    fix: null,
  }));
}
