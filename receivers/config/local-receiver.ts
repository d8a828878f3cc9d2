import { readFileSync } from 'node:fs';
import type { Source } from '../contract/source.ts';
import { readSettingsFile } from './file/read-file.ts';
import type { LoadOptions } from './load.ts';
import { overlaid } from './reading/overlay.ts';
import { readSources } from './reading/sources.ts';
import { SETTING_LINES, type SettingLine } from './settings/table.ts';
import type { Fault } from './values/faults.ts';
import { valueAt } from './values/path.ts';
import { inside, validate } from './values/validate.ts';

/** What is needed to post to the receiver that these settings would start. */
export interface LocalReceiver {
  host: string;
  port: number;
  /** The signature header's name, in lower case. */
  signatureHeader: string;
  dataFolder: string;
  sources: Source[];
}

/** Its settings, by their environment variables. */
const FIELDS = {
  HOST: 'host',
  PORT: 'port',
  INTELLIGEMS_SIGNATURE_HEADER: 'signatureHeader',
  DATA_DIR: 'dataFolder',
} as const satisfies Record<string, keyof LocalReceiver>;

/**
 * Reads only the settings that are needed to post to the receiver. Faults in others, such as a token that is not set
 * in this terminal, do not matter here.
 */
export function readLocalReceiver({
  environment,
  readFile = (path) => readFileSync(path, 'utf8'),
  cwd = '.',
}: Omit<LoadOptions, 'kinds'>): { ok: true; receiver: LocalReceiver } | { ok: false; faults: Fault[] } {
  const file = readSettingsFile(environment, readFile, cwd);
  const table = overlaid(file, environment);
  const read = Object.entries(FIELDS).map(([name, field]) => {
    const { path, schema } = SETTING_LINES.find((line) => line.environment === name) as SettingLine;
    return { field, ...validate(schema, valueAt(table.value, path), inside(table.place, ...path)) };
  });
  const sources = readSources(file.content.sources, inside(file, 'sources'), environment);
  const faults = [
    ...(file.readable ? file.faults.filter(({ where }) => /:\d+ sources\[/.test(where)) : file.faults),
    ...read.flatMap((each) => each.faults),
    ...sources.faults,
  ];
  return faults.length > 0
    ? { ok: false, faults }
    : {
        ok: true,
        receiver: {
          ...(Object.fromEntries(read.map(({ field, value }) => [field, value])) as Omit<
            LocalReceiver,
            'sources'
          >),
          sources: sources.value,
        },
      };
}
