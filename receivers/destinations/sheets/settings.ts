import { z } from 'zod';
import { COLUMN_FIELDS, type ColumnField, columnField, DOCUMENTED_FIELDS, LOG_COLUMNS } from './columns.ts';
import { isWrittenOut, KEY_ORIGIN, parseCredentials } from './credentials.ts';

const PLACEHOLDERS = ['month', 'year', 'organization', 'source'];

const spreadsheetId = z
  .string()
  .trim()
  .transform((text) => /\/spreadsheets\/d\/([\w-]+)/.exec(text)?.[1] ?? text)
  .pipe(
    z
      .string()
      .regex(
        /^[\w-]{5,}$/,
        'Write the spreadsheet’s ID, the part between /d/ and /edit of its address, or paste the whole address.',
      ),
  );

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

/** One column of the log: which field it shows under which header. */
export interface ChosenColumn {
  field: ColumnField;
  header: string;
}

/**
 * The columns as people choose them: a list of fields (“status, variations”), or a map from the header to
 * the field it shows. The documented six are always there, and first; a map may give them other headers.
 */
const columns = z
  .union([z.string(), z.array(z.string()), z.record(z.string(), z.string())])
  .transform((chosen, context): ChosenColumn[] => {
    const pairs = chosenPairs(chosen);
    if (pairs === null) {
      context.addIssue({
        code: 'custom',
        message: 'Write a list such as “status, variations”, or a JSON map.',
      });
      return z.NEVER;
    }
    const found: ChosenColumn[] = [];
    for (const { header, name } of pairs) {
      const field = columnField(name);
      if (field === null) {
        const message = `There is no column “${name}”. Write one of: ${COLUMN_FIELDS.join(', ')}.`;
        context.addIssue({ code: 'custom', message });
      } else {
        found.push({ field, header: header?.trim() || LOG_COLUMNS[field].header });
      }
    }
    const all = [
      ...DOCUMENTED_FIELDS.map(
        (field) => found.find((each) => each.field === field) ?? { field, header: LOG_COLUMNS[field].header },
      ),
      ...found.filter(({ field }) => !DOCUMENTED_FIELDS.includes(field)),
    ];
    const headers = all.map(({ header }) => header.toLowerCase());
    const twice = headers.find((header, index) => headers.indexOf(header) !== index);
    if (twice !== undefined) {
      context.addIssue({ code: 'custom', message: `Two columns are headed “${twice}”: name them apart.` });
    }
    return all;
  });

function chosenPairs(
  chosen: string | string[] | Record<string, string>,
): { header?: string; name: string }[] | null {
  if (typeof chosen === 'string' && chosen.trim().startsWith('{')) {
    try {
      const map = z.record(z.string(), z.string()).safeParse(JSON.parse(chosen));
      return map.success ? Object.entries(map.data).map(([header, name]) => ({ header, name })) : null;
    } catch {
      return null;
    }
  }
  if (typeof chosen === 'string' || Array.isArray(chosen)) {
    const names = typeof chosen === 'string' ? chosen.split(',') : chosen;
    return names.map((name) => ({ name: name.trim() })).filter(({ name }) => name !== '');
  }
  return Object.entries(chosen).map(([header, name]) => ({ header, name }));
}

const timeZone = z
  .string()
  .trim()
  .refine(
    (text) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: text });
        return true;
      } catch {
        return false;
      }
    },
    { error: 'Write a time zone such as Europe/Zurich or America/New_York.' },
  );

/** A tab that can be switched off by an empty name, “off” or `false`. */
const optionalTab = z
  .union([z.literal(false), tabName])
  .transform((name) => (name === '' || name === 'off' || name === 'false' ? false : name));

const fields = z.strictObject({
  serviceAccountKey: z
    .string({ error: 'Write the service account’s key: its JSON text, or the path of its file.' })
    .trim()
    .min(1, 'Write the service account’s key: its JSON text, or the path of its file.')
    .superRefine((key, context) => {
      const read = isWrittenOut(key) ? parseCredentials(key) : null;
      if (read?.ok === false) {
        context.addIssue(`${read.reason} ${KEY_ORIGIN}.`);
      }
    })
    .describe('The key of a Google service account: its JSON text, or the path of the JSON file.')
    .meta({ secret: true }),
  spreadsheetId: spreadsheetId.describe('The spreadsheet’s ID, or its address as the browser shows it.'),
  tab: tabName
    .min(1, 'Write a tab’s name.')
    .default('Intelligems')
    .describe(
      'The tab that gets a row per event; made if missing. {month} (2026-10), {year}, {organization} and {source} make a tab each.',
    ),
  columns: columns
    .prefault([])
    .describe(
      `Columns after the six documented ones: a list of fields, or a map from header to field. Fields: ${COLUMN_FIELDS.join(', ')}.`,
    ),
  experiencesTab: optionalTab
    .default('Experiences')
    .describe('The tab with one row per experience, kept up to date; “off” for none.'),
  reportsTab: optionalTab
    .default('Reports')
    .describe('The tab that gets a row per report (digest, overview, results, alert); “off” for none.'),
  timeZone: timeZone
    .optional()
    .describe('The time zone of the dates; without it, the one set in the spreadsheet (File, Settings).'),
  writesPerMinute: z.coerce
    .number({ error: 'Write a number of calls a minute, such as 60.' })
    .int()
    .min(1, 'Write a number of calls a minute of at least 1.')
    .max(6000, 'Write at most 6000 calls a minute.')
    .default(60)
    .describe(
      'How many calls a minute Google allows this service account, for reading and for writing each.',
    ),
  apiRootUrl: z
    .url({
      error: 'Write the address at which the Google API is reached, such as https://sheets.googleapis.com.',
    })
    .optional()
    .describe('Another address for Google’s API and its tokens, for tests and proxies.'),
});

/** The settings of a Google Sheets destination, typed (receivers.yaml) or as text (environment). */
export const sheetsSettings = fields.superRefine(({ tab, experiencesTab, reportsTab }, context) => {
  const tabs = [tab, experiencesTab, reportsTab].filter((each) => each !== false);
  const names = tabs.map((each) => each.toLowerCase());
  const twice = tabs.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice !== undefined) {
    const message = `The tab “${twice}” is named twice: the log, the experiences and the reports each need their own.`;
    context.addIssue({ code: 'custom', message, path: ['tab'] });
  }
});

export type SheetsSettings = z.infer<typeof sheetsSettings>;
