import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { sheetsSettings } from '../../../../receivers/destinations/sheets/settings.ts';

const NEEDED = { serviceAccountKey: 'key.json', spreadsheetId: '1AbCdEfGh' };

function problems(settings: Record<string, unknown>): string {
  const parsed = sheetsSettings.safeParse({ ...NEEDED, ...settings });
  return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n') ?? '';
}

describe('the settings', () => {
  test('two are needed, the rest has defaults', () => {
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

  test('a pasted address is as good as an ID', () => {
    const spreadsheetId = ' https://docs.google.com/spreadsheets/d/1AbC_dEf-Gh/edit?usp=sharing#gid=0 ';
    expect(sheetsSettings.parse({ ...NEEDED, spreadsheetId }).spreadsheetId).toBe('1AbC_dEf-Gh');
  });

  test.each([
    ['status, what changed', ['status', 'whatChanged']],
    [
      ['Status', 'Event Key'],
      ['status', 'eventKey'],
    ],
    ['{"State": "status"}', ['status']],
    [{ State: 'status' }, ['status']],
  ])('columns as %j', (columns, fields) => {
    const parsed = sheetsSettings.parse({ ...NEEDED, columns });
    expect(parsed.columns.slice(6).map(({ field }) => field)).toEqual(fields);
  });

  test('an editor can be told of them as JSON Schema', () => {
    const { properties } = z.toJSONSchema(sheetsSettings, { io: 'input' });
    expect(properties).toHaveProperty('serviceAccountKey.secret', true);
    for (const field of Object.values(properties ?? {})) {
      expect(field).toHaveProperty('description');
    }
  });

  test.each(['off', '', 'false', false])(
    'the list of experiences is switched off by %j',
    (experiencesTab) => {
      expect(sheetsSettings.parse({ ...NEEDED, experiencesTab }).experiencesTab).toBe(false);
    },
  );

  test.each([
    [
      { spreadsheetId: 'my sheet' },
      'spreadsheetId: Write the spreadsheet’s ID, the part between /d/ and /edit',
    ],
    [
      { serviceAccountKey: '{"client_email"' },
      'serviceAccountKey: The service account’s key is no valid JSON',
    ],
    [{ serviceAccountKey: '{"a":1}' }, 'serviceAccountKey: The JSON is no key of a service account'],
    [{ columns: 'status, colour' }, 'columns: There is no column “colour”. Write one of: experienceName'],
    [{ columns: '{"a"' }, 'columns: Write a list such as “status, variations”, or a JSON map.'],
    [{ columns: { A: 'status', a: 'store' } }, 'columns: Two columns are headed “a”'],
    [{ tab: 'Log {week}' }, 'tab: Write only these placeholders'],
    [{ timeZone: 'Zurich' }, 'timeZone: Write a time zone such as Europe/Zurich'],
    [{ writesPerMinute: 'many' }, 'writesPerMinute: Write a number of calls a minute'],
    [{ apiRootUrl: 'localhost' }, 'apiRootUrl: Write the address'],
    [{ tab: 'reports' }, 'tab: The tab “Reports” is named twice'],
    [{ sheet: 'x' }, 'Unrecognized key'],
  ])('%j is refused with what to write', (settings, message) => {
    expect(problems(settings)).toContain(message);
  });
});
