import { describe, expect, test } from '@jest/globals';
import { sheets } from '../../../../receivers/destinations/sheets/definition.ts';
import { sheetsSettings } from '../../../../receivers/destinations/sheets/settings.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { AWKWARD_MESSAGES, SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';

const settings = sheetsSettings.parse({
  serviceAccountKey: 'key.json',
  spreadsheetId: '1AbCdEfGhIjKlMnOp',
  columns: 'status, variations, whatChanged, store, remarks, eventKey',
  timeZone: 'America/New_York',
});

const messages = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
};

describe('what a message becomes in the spreadsheet', () => {
  test.each(Object.entries(messages))('%s', (name, message) => {
    const { text, document } = sheets.preview({ ...message, key: 'evt_of_the_golden_files' }, settings);
    const file = name.replaceAll(' ', '-');
    expectGolden(new URL(`golden/${file}.txt`, import.meta.url), `${text}\n`);
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), document.content);
  });

  test('a preview disturbs no terminal', () => {
    for (const message of Object.values(messages)) {
      expect(sheets.preview(message, settings).text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    }
  });
});
