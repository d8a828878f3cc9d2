import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { sheetsSettings } from '../../../../receivers/destinations/sheets/settings.ts';
import { SERVICE_ACCOUNT_KEY } from '../../../fakes/google-sheets/tokens.ts';

const NEEDED = { serviceAccountKey: SERVICE_ACCOUNT_KEY, spreadsheetId: '1AbCdEfGh' };

function problems(settings: Record<string, unknown>): string {
  const parsed = sheetsSettings.safeParse({ ...NEEDED, ...settings });
  return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n') ?? '';
}

describe('the settings', () => {
  test('two settings of Google Sheets are required, and the others have defaults', () => {
    expect(sheetsSettings.parse(NEEDED)).toMatchObject({
      tab: 'Intelligems',
      experiencesTab: 'Experiences',
      reportsTab: 'Reports',
      writesPerMinute: 60,
    });
    expect(sheetsSettings.parse(NEEDED).columns.map(({ header }) => header)).toEqual([
      'Experience Name',
      'Action Type',
      'Experience Type',
      'Timestamp',
      'Experience ID',
      'Triggered By Email',
    ]);
  });

  test.each([
    '1AbC_dEf-Gh',
    ' https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh/edit?usp=sharing#gid=0 ',
    'https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh',
    'https://docs.google.com/spreadsheets/u/1/d/1AbC_dEf-Gh/edit?gid=12#gid=12',
    'https://docs.google.com/spreadsheets/u/0/d/1AbC_dEf-Gh/htmlview',
    'https://docs.google.com/a/example.com/spreadsheets/d/1AbC_dEf-Gh/edit',
    'docs.google.com/spreadsheets/d/1AbC_dEf-Gh/edit',
    '<https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh/edit>',
    '"https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh/edit"',
    'https://docs.google.com/spreadsheets/d/ 1AbC_dEf-Gh /edit',
    'https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh/export?format=csv&gid=0',
    'https://drive.google.com/open?id=1AbC_dEf-Gh&usp=drive_copy',
    'https://drive.google.com/file/d/1AbC_dEf-Gh/view',
    'https://spreadsheets.google.com/ccc?key=1AbC_dEf-Gh',
  ])('the spreadsheet’s ID is found in %j', (spreadsheetId) => {
    expect(sheetsSettings.parse({ ...NEEDED, spreadsheetId }).spreadsheetId).toBe('1AbC_dEf-Gh');
  });

  test('all errors in the settings of Google Sheets are reported at once', () => {
    const found = problems({
      serviceAccountKey: '/no/such/file.json',
      spreadsheetId: 'my sheet',
      tab: 'Reports',
      timeZone: 'Zurich',
    });
    expect(found).toMatch(/serviceAccountKey: .*the file does not exist/);
    expect(found).toMatch(/spreadsheetId: Write the spreadsheet’s ID/);
    expect(found).toMatch(/timeZone: Write a time zone/);
  });

  test.each([
    ['status, what changed', ['status', 'whatChanged']],
    [
      ['Status', 'Event Key'],
      ['status', 'eventKey'],
    ],
    ['{"State": "status"}', ['status']],
    [{ State: 'status' }, ['status']],
  ])('columns may be written as %j', (columns, fields) => {
    const parsed = sheetsSettings.parse({ ...NEEDED, columns });
    expect(parsed.columns.slice(6).map(({ field }) => field)).toEqual(fields);
  });

  test('the settings of Google Sheets have a JSON Schema for editors', () => {
    const { properties } = z.toJSONSchema(sheetsSettings, { io: 'input' });
    expect(properties).toHaveProperty('serviceAccountKey.secret', true);
    for (const field of Object.values(properties ?? {})) {
      expect(field).toHaveProperty('description');
    }
  });

  test.each(['off', '', 'false', false])('the tab of experiences is turned off by %j', (experiencesTab) => {
    expect(sheetsSettings.parse({ ...NEEDED, experiencesTab }).experiencesTab).toBe(false);
  });

  test.each([
    [
      { spreadsheetId: 'my sheet' },
      'spreadsheetId: Write the spreadsheet’s ID, the part between /d/ and /edit',
    ],
    [
      { spreadsheetId: 'https://docs.google.com/spreadsheets/d/e/2PACX-1vAbC/pubhtml' },
      'spreadsheetId: This is the address of a published copy',
    ],
    [{ spreadsheetId: 'https://example.com/sheet' }, 'spreadsheetId: Write the spreadsheet’s ID'],
    [{ columns: { Now: 'status', 'N o w:': 'store' } }, 'columns: Two columns have the header'],
    [
      { serviceAccountKey: '{"client_email"' },
      'serviceAccountKey: The service account’s key is not valid JSON',
    ],
    [{ serviceAccountKey: '{"a":1}' }, 'serviceAccountKey: The JSON is not a service account key'],
    [{ columns: 'status, colour' }, 'columns: There is no column “colour”. Write one of: experienceName'],
    [{ columns: '{"a"' }, 'columns: Write a list such as “status, variations”, or a JSON map.'],
    [{ columns: { A: 'status', a: 'store' } }, 'columns: Two columns have the header “a”'],
    [{ tab: 'Log {week}' }, 'tab: Write only these placeholders'],
    [{ timeZone: 'Zurich' }, 'timeZone: Write a time zone such as'],
    [{ writesPerMinute: 'many' }, 'writesPerMinute: Write a whole number from 1 to 6000'],
    [{ apiRootUrl: 'localhost' }, 'apiRootUrl: Write the address'],
    [{ tab: 'reports' }, 'tab: The tab “Reports” is named twice'],
    [{ sheet: 'x' }, 'Unrecognized key'],
  ])('the settings of Google Sheets %j are refused with what to write', (settings, message) => {
    expect(problems(settings)).toContain(message);
  });
});
