import { z } from 'zod';
import { timeZone, wholeNumber } from '../../base/setting-values.ts';
import { columns } from './column-settings.ts';
import { COLUMN_FIELDS } from './columns.ts';
import { KEY_ORIGIN, readCredentials } from './credentials.ts';
import { spreadsheetId } from './spreadsheet-address.ts';

const PLACEHOLDERS = ['month', 'year', 'organization', 'source'];

const tabName = z
  .string()
  .trim()
  .max(80, 'Write a tab name of at most 80 characters.')
  .refine(
    (text) => [...text.matchAll(/\{([^}]*)\}/g)].every(([, name]) => PLACEHOLDERS.includes(name ?? '')),
    {
      error: `Write only these placeholders in a tab’s name: ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`,
    },
  );

/** A tab that an empty name, “off” or `false` turns off. */
const optionalTab = z
  .union([z.literal(false), tabName])
  .transform((name) => (name === '' || name === 'off' || name === 'false' ? false : name));

const serviceAccountKey = z
  .string({ error: 'Write the service account’s key: its JSON text, or the path of its file.' })
  .trim()
  .min(1, 'Write the service account’s key: its JSON text, or the path of its file.');

const fields = z.strictObject({
  serviceAccountKey: serviceAccountKey
    .superRefine((key, context) => {
      const read = key === '' ? null : readCredentials(key);
      if (read?.ok === false) {
        context.addIssue({ code: 'custom', message: `${read.reason} ${KEY_ORIGIN}.` });
      }
    })
    .describe('The key of a Google service account: its JSON text, or the path of the JSON file.')
    .meta({ secret: true }),
  spreadsheetId: spreadsheetId.describe('The spreadsheet’s ID, or its address in the browser.'),
  tab: tabName
    .min(1, 'Write a tab’s name.')
    .default('Intelligems')
    .describe(
      'The tab that gets a row per event. It is created if it is missing. {month} (2026-10), {year}, {organization} and {source} create a tab for each.',
    ),
  columns: columns
    .prefault([])
    .describe(
      `Columns after the first six: a list of fields, or a map from header to field. Fields: ${COLUMN_FIELDS.join(', ')}.`,
    ),
  experiencesTab: optionalTab
    .default('Experiences')
    .describe('The tab with one row per experience, kept up to date. “off” turns it off.'),
  reportsTab: optionalTab
    .default('Reports')
    .describe(
      'The tab that gets a row per report (such as a digest, results, health or an alert). “off” turns it off.',
    ),
  timeZone: timeZone()
    .optional()
    .describe('The time zone of the dates. Default: the one set in the spreadsheet (File, Settings).'),
  writesPerMinute: wholeNumber(1, 6_000, 60)
    .default(60)
    .describe('Google’s limit of calls per minute for this service account, for reads and for writes each.'),
  apiRootUrl: z
    .url({
      error: 'Write the address of the Google API, such as https://sheets.googleapis.com.',
    })
    .optional()
    .describe('Another address for Google’s API and its token endpoint, for tests and gateways.'),
});

/** The settings of a Google Sheets destination, typed (receivers.yaml) or as text (environment). */
export const sheetsSettings = fields.superRefine(({ tab, experiencesTab, reportsTab }, context) => {
  const tabs = [tab, experiencesTab, reportsTab].filter((each) => each !== false);
  const names = tabs.map((each) => each.toLowerCase());
  const twice = tabs.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice !== undefined) {
    const message = `The tab “${twice}” is named twice: events, experiences and reports each need their own tab.`;
    context.addIssue({ code: 'custom', message, path: ['tab'] });
  }
});

export type SheetsSettings = z.infer<typeof sheetsSettings>;

/** Settings for previews, which need no key. */
export const exampleSettings: SheetsSettings = fields.extend({ serviceAccountKey }).parse({
  serviceAccountKey: 'service-account.json',
  spreadsheetId: 'your-spreadsheet-id',
  columns: ['status', 'variations', 'whatChanged', 'store'],
});
