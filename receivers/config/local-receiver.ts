import { readFileSync } from 'node:fs';
import type { StoredConnection } from '../contract/connection.ts';
import type { Source } from '../contract/source.ts';
import { readSettingsFile } from './file/read-file.ts';
import type { LoadOptions } from './load.ts';
import { overlaid } from './reading/overlay.ts';
import { readSources } from './reading/sources.ts';
import { SETTING_LINES, type SettingLine } from './settings/table.ts';
import type { Fault } from './values/faults.ts';
import { valueAt } from './values/path.ts';
import { inside, validate } from './values/validate.ts';

/** What is needed to find the receiver that these settings would start. */
export interface LocalPlace {
  host: string;
  port: number;
  /** The signature header's name, in lower case. */
  signatureHeader: string;
  dataFolder: string;
  /** The console's token of the settings; null if the receiver makes it. */
  consoleToken: string | null;
  databaseUrl: string | null;
  /** What opens the secrets of the console. */
  settingsKey: string[];
}

/** What is needed to post to that receiver. */
export interface LocalReceiver extends LocalPlace {
  sources: Source[];
}

/** The settings of a place, by their environment variables. */
const FIELDS = {
  HOST: 'host',
  PORT: 'port',
  INTELLIGEMS_SIGNATURE_HEADER: 'signatureHeader',
  DATA_DIR: 'dataFolder',
  CONSOLE_TOKEN: 'consoleToken',
  DATABASE_URL: 'databaseUrl',
  SETTINGS_KEY: 'settingsKey',
} as const satisfies Record<string, keyof LocalPlace>;

type Options = Omit<LoadOptions, 'kinds'>;

/**
 * Reads only the settings that are needed to find the receiver. Faults in others, such as a token that is not set in
 * this terminal, do not matter here.
 */
export function readLocalPlace(
  options: Options,
): { ok: true; place: LocalPlace } | { ok: false; faults: Fault[] } {
  const { file, place, faults } = readPlace(options);
  const all = [...(file.readable ? [] : file.faults), ...faults];
  return all.length > 0 ? { ok: false, faults: all } : { ok: true, place };
}

/**
 * Reads only the settings that are needed to post to the receiver; see {@link readLocalPlace}.
 *
 * @param stored what was set in the console, if it was read
 */
export function readLocalReceiver(
  options: Options,
  stored: readonly StoredConnection[] = [],
): { ok: true; receiver: LocalReceiver } | { ok: false; faults: Fault[] } {
  const { file, place, faults } = readPlace(options);
  const sources = readSources(file.content.sources, inside(file, 'sources'), options.environment, stored);
  const all = [
    ...(file.readable ? file.faults.filter(({ where }) => /:\d+ sources\[/.test(where)) : file.faults),
    ...faults,
    ...sources.faults,
  ];
  return all.length > 0
    ? { ok: false, faults: all }
    : { ok: true, receiver: { ...place, sources: sources.value } };
}

function readPlace({ environment, readFile = (path) => readFileSync(path, 'utf8'), cwd = '.' }: Options) {
  const file = readSettingsFile(environment, readFile, cwd);
  const table = overlaid(file, environment);
  const read = Object.entries(FIELDS).map(([name, field]) => {
    const { path, schema } = SETTING_LINES.find((line) => line.environment === name) as SettingLine;
    return { field, ...validate(schema, valueAt(table.value, path), inside(table.place, ...path)) };
  });
  return {
    file,
    place: Object.fromEntries(read.map(({ field, value }) => [field, value])) as unknown as LocalPlace,
    faults: read.flatMap((each) => each.faults),
  };
}
