import { randomUUID } from 'node:crypto';
import type { Check, SettingName } from '../../contract/destination.ts';
import type { SheetsClient } from './client.ts';
import { readFailure } from './failure.ts';
import type { SheetsSettings } from './settings.ts';

/**
 * Finds out whether rows could be written, by a write that changes nothing: a random text that no cell
 * holds is replaced in the first cell.
 *
 * @param email the service account's address, to share the spreadsheet with
 */
export async function checkSpreadsheet(
  { spreadsheets }: SheetsClient,
  { spreadsheetId }: SheetsSettings,
  email: string,
  setting: SettingName,
): Promise<Check[]> {
  const what = 'Google spreadsheet';
  try {
    const { data } = await spreadsheets.get({
      spreadsheetId,
      fields: 'properties.title,sheets.properties(sheetId,sheetType)',
    });
    const grid = data.sheets?.find(({ properties }) => properties?.sheetType !== 'OBJECT');
    const sheetId = grid?.properties?.sheetId ?? 0;
    const range = { sheetId, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 1 };
    const requests = [{ findReplace: { find: randomUUID(), replacement: '', range } }];
    await spreadsheets.batchUpdate({ spreadsheetId, requestBody: { requests } });
    const finding = `“${data.properties?.title ?? spreadsheetId}” can be written to as ${email}.`;
    return [{ what, state: 'ok', finding, fix: null }];
  } catch (thrown) {
    const { reason, kind } = readFailure(thrown, 'read', email, setting);
    const passing = kind === 'rate limited' || kind === 'unreachable' || kind === 'unavailable';
    const fix = kind === 'no access' ? `Share the spreadsheet with ${email} as an editor.` : null;
    return [{ what, state: passing ? 'warning' : 'fault', finding: reason, fix }];
  }
}
