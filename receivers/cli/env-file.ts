import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';

/** The file that is read unless ENV_FILE names another one. */
const DEFAULT_FILE = '.env';

/** A file with environment variables that was read. */
export interface EnvFile {
  /** As it was named. */
  name: string;
  /** The variables that it set. */
  variables: string[];
}

/** The file cannot be read. The message is for people. */
export class EnvFileFault extends Error {
  override readonly name = 'EnvFileFault';
}

/**
 * Adds the variables of ENV_FILE, which must exist, or else of `.env` if there is one. A variable that is set already,
 * and not empty, stays. Gives null without a file. Throws an EnvFileFault.
 *
 * @param folder the folder that the file's path is relative to
 */
export function addEnvFile(environment: NodeJS.ProcessEnv, folder: string): EnvFile | null {
  const named = environment.ENV_FILE?.trim() || undefined;
  const name = named ?? DEFAULT_FILE;
  const text = readText(resolve(folder, name), name, named === undefined);
  if (text === null) {
    return null;
  }
  if (text.includes('\0')) {
    throw new EnvFileFault(`The file “${name}” is not UTF-8 text. Save it with the encoding UTF-8.`);
  }
  const variables = Object.entries(parseEnv(text)).filter(
    ([variable, value]) => value !== '' && !environment[variable]?.trim(),
  );
  Object.assign(environment, Object.fromEntries(variables));
  return { name, variables: variables.map(([variable]) => variable) };
}

/** Null if there is no such file and none is needed. A folder may have the name too, such as one of Python’s. */
function readText(path: string, name: string, mayBeMissing: boolean): string | null {
  try {
    // Editors on Windows put a byte order mark first, which would become part of the first name.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (mayBeMissing && (code === 'ENOENT' || code === 'EISDIR')) {
      return null;
    }
    throw new EnvFileFault(
      code === 'ENOENT'
        ? `ENV_FILE: There is no file “${name}”. Write the path of your file with variables, or remove ENV_FILE.`
        : `The file “${name}” cannot be read (${message}). Let this user read it, or set ENV_FILE to another one.`,
    );
  }
}
