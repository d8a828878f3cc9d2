import type { DestinationKind } from '../../contract/destination.ts';
import { previewRows } from './preview.ts';
import { exampleSettings, type SheetsSettings, sheetsSettings } from './settings.ts';

/** Google Sheets: a row per event, a row per experience kept up to date, and a row per report. */
export const sheets: DestinationKind<SheetsSettings> = {
  kind: 'sheets',
  title: 'Google Sheets',
  settings: sheetsSettings,
  environment: {
    GOOGLE_SERVICE_ACCOUNT_KEY: 'serviceAccountKey',
    SHEETS_SPREADSHEET_ID: 'spreadsheetId',
    SHEETS_TAB: 'tab',
    SHEETS_COLUMNS: 'columns',
    SHEETS_EXPERIENCES_TAB: 'experiencesTab',
    SHEETS_REPORTS_TAB: 'reportsTab',
    SHEETS_TIME_ZONE: 'timeZone',
    SHEETS_WRITES_PER_MINUTE: 'writesPerMinute',
    GOOGLE_API_ROOT_URL: 'apiRootUrl',
  },
  repeated: () => 'the row is found and not written again.',
  concurrency: 500,
  preview: previewRows,
  example: exampleSettings,
  async open(settings, services) {
    const { openSheets } = await import('./send.ts');
    return openSheets(settings, services);
  },
};
