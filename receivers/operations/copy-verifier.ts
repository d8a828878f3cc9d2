import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripTypes } from '../base/strip-types.ts';

const SHARED = new URL('../../shared/', import.meta.url);

/** The file in each language, under shared/. */
const FILES = {
  ts: 'verifier.ts',
  js: 'verifier.ts',
  python: 'ports/python/verifier.py',
  php: 'ports/php/verifier.php',
  ruby: 'ports/ruby/verifier.rb',
  go: 'ports/go/verifier.go',
};

export type Language = keyof typeof FILES;

/** The languages that there is a verifier in. */
export const LANGUAGES = Object.keys(FILES) as Language[];

interface CopyOptions {
  language: Language;
  /** The one that needs only Web Crypto; in TypeScript and JavaScript. */
  web: boolean;
  /** Whether a file that is already there is replaced. */
  replace: boolean;
}

/**
 * Copies the verifier into a folder, which is made if it is missing; gives the file's path. Throws an error that says
 * what to do if the file is already there, or cannot be written.
 */
export function copyVerifier(folder: string, { language, web, replace }: CopyOptions): string {
  const isScript = language === 'ts' || language === 'js';
  if (web && !isScript) {
    throw new Error('--web is for TypeScript and JavaScript. Leave it out, or choose --language ts or js.');
  }
  const name = web ? 'verifier-web.ts' : FILES[language];
  const source = readFileSync(new URL(name, SHARED), 'utf8');
  const file = join(folder, basename(name).replace(/ts$/, language === 'js' ? 'js' : 'ts'));
  if (existsSync(file) && !replace) {
    throw new Error(`${file} is already there. To replace it, add --force.`);
  }
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, language === 'js' ? stripTypes(source) : source);
  } catch (error) {
    throw new Error(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
  return file;
}
