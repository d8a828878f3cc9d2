import { z } from 'zod';
import type { DestinationKind } from '../../contract/destination.ts';
import { SOURCE_ENVIRONMENT, sourceSettings } from '../settings/sources.ts';
import { SETTING_LINES } from '../settings/table.ts';
import { child, describedAs, isSecret, layers } from '../values/schema-walk.ts';

interface Row {
  environment: string;
  place: string;
  /** Undefined if there is none. */
  default: unknown;
  description: string;
  secret: boolean;
}

const BEGIN = '<!-- npm run settings writes everything below. -->\n';

/** The page with its table of settings brought up to date. */
export function withSettingsTable(page: string, kinds: readonly DestinationKind[]): string {
  const end = page.indexOf(BEGIN) + BEGIN.length;
  return `${page.slice(0, end)}\n${settingsTable(kinds)}\n`;
}

/** All settings as Markdown: the receiver's, then those of each kind of destination. */
export function settingsTable(kinds: readonly DestinationKind[]): string {
  const receiver = [
    {
      environment: 'CONFIG_FILE',
      place: '',
      default: 'receivers.yaml, if there is one',
      description: 'The settings file.',
      secret: false,
    },
    {
      environment: 'ENV_FILE',
      place: '',
      default: '.env, if there is one',
      description:
        'A file with environment variables, one `NAME=value` a line. What the environment sets stays.',
      secret: false,
    },
    ...Object.entries(SOURCE_ENVIRONMENT).map(([environment, field]) =>
      fieldRow(environment, `sources[].${field}`, child(sourceSettings, field)),
    ),
    ...SETTING_LINES.map((line): Row => ({ ...line, place: line.path.join('.') })),
  ];
  const parts = kinds
    .filter(({ environment }) => Object.keys(environment).length > 0)
    .map((kind) => {
      const rows = Object.entries(kind.environment).map(([environment, field]) =>
        fieldRow(environment, field, child(kind.settings, field)),
      );
      return `### ${kind.title}\n\nSetting any of these turns it on. In receivers.yaml, write \`type: ${kind.kind}\`.\n\n${markdown(rows)}`;
    });
  return [`### Receiver\n\n${markdown(receiver)}`, ...parts].join('\n\n');
}

function fieldRow(environment: string, place: string, schema: z.ZodType | null): Row {
  const [withDefault] =
    schema === null ? [] : layers(schema).filter((layer) => layer instanceof z.ZodDefault);
  return {
    environment,
    place,
    default: withDefault?.def.defaultValue,
    description: describedAs(schema) ?? '',
    secret: schema !== null && isSecret(schema),
  };
}

function markdown(rows: readonly Row[]): string {
  return [
    '| Environment variable | receivers.yaml | Default | Description |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => {
      const place = row.place === '' ? '' : `\`${row.place}\``;
      const description = `${row.description}${row.secret ? ' *Secret.*' : ''}`;
      return `| \`${row.environment}\` | ${place} | ${defaultInWords(row.default)} | ${cell(description)} |`;
    }),
  ].join('\n');
}

function defaultInWords(value: unknown): string {
  const isNothing =
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isNothing ? '' : `\`${cell(String(value))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
