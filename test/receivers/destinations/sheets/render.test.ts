import { describe, expect, test } from '@jest/globals';
import { sheets } from '../../../../receivers/destinations/sheets/definition.ts';
import { sheetsSettings } from '../../../../receivers/destinations/sheets/settings.ts';
import { SERVICE_ACCOUNT_KEY } from '../../../fakes/google-sheets/tokens.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import {
  AWKWARD_MESSAGES,
  MONITORING_REPORTS,
  SAMPLE_NAMES,
  SAMPLE_REPORT,
  sampleMessage,
} from '../../../fixtures/messages.ts';

const settings = sheetsSettings.parse({
  serviceAccountKey: SERVICE_ACCOUNT_KEY,
  spreadsheetId: '1AbCdEfGhIjKlMnOp',
  columns: 'status, variations, whatChanged, store, remarks, eventKey',
  timeZone: 'America/New_York',
});

const messages = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
  ...MONITORING_REPORTS,
};

describe('the rows of a message', () => {
  test.each(Object.entries(messages))('the rows of %s match their golden file', (name, message) => {
    const { text, document } = sheets.preview({ ...message, key: 'evt_of_the_golden_files' }, settings);
    const file = name.replaceAll(' ', '-');
    expectGolden(new URL(`golden/${file}.txt`, import.meta.url), `${text}\n`);
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), document.content);
  });

  test('a preview contains no control characters', () => {
    for (const message of Object.values(messages)) {
      expect(sheets.preview(message, settings).text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    }
  });
});
