import { resolve } from 'node:path';
import { type Environment, variable } from '../values/variables.ts';
import { noFile, parseSettingsFile, type SettingsFile } from './file.ts';

/** The file that is read unless CONFIG_FILE names another one. */
const DEFAULT_FILE = 'receivers.yaml';

/**
 * Reads CONFIG_FILE, which must exist, or else receivers.yaml if there is one. Without a file, the name is empty.
 *
 * @param readFile gives a file's text, or throws as `readFileSync` does
 * @param folder the folder that the file's path is relative to
 */
export function readSettingsFile(
  environment: Environment,
  readFile: (path: string) => string,
  folder: string,
): SettingsFile {
  const named = variable(environment, 'CONFIG_FILE');
  const name = named ?? DEFAULT_FILE;
  try {
    return parseSettingsFile(name, readFile(resolve(folder, name)), environment);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) {
      return noFile('');
    }
    const advice =
      code === 'ENOENT'
        ? `There is no file “${name}”. Write the path of your settings file, or remove CONFIG_FILE.`
        : `The file “${name}” cannot be read (${message}).`;
    const where = named === undefined ? name : 'CONFIG_FILE';
    return { ...noFile(name), readable: false, faults: [{ where, message: advice }] };
  }
}
