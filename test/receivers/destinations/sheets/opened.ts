import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Message } from '../../../../receivers/contract/message.ts';
import { sheets } from '../../../../receivers/destinations/sheets/definition.ts';
import { type SheetsSettings, sheetsSettings } from '../../../../receivers/destinations/sheets/settings.ts';
import type { FakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { servicesFor } from '../../../fixtures/services.ts';
import { attempt } from '../common/opened.ts';

export const LOG = 'Intelligems';
export const EXPERIENCES = 'Experiences';

/** Settings for the fake's spreadsheet, with these in addition. */
export function settingsOn(fake: FakeGoogleSheets, settings: Record<string, unknown> = {}): SheetsSettings {
  return sheetsSettings.parse({
    serviceAccountKey: fake.serviceAccountKey,
    spreadsheetId: fake.spreadsheet.id,
    apiRootUrl: fake.url,
    writesPerMinute: 6_000,
    ...settings,
  });
}

/** Opens the destination on the fake's spreadsheet, with these settings in addition. */
export function openOn(fake: FakeGoogleSheets, settings: Record<string, unknown> = {}): Promise<Destination> {
  return sheets.open(settingsOn(fake, settings), servicesFor(sheets));
}

/** Sends what is expected to be done, and throws on every other outcome. */
export async function deliver(destination: Destination, ...messages: Message[]): Promise<void> {
  for (const message of messages) {
    const outcome = await destination.send(message, attempt());
    if (outcome.type !== 'done') {
      throw new Error(outcome.reason);
    }
  }
}
