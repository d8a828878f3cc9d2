import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Fault } from '../values/faults.ts';
import { type Path, pathText, valueAt } from '../values/path.ts';
import type { Environment } from '../values/variables.ts';
import { brokenForm, offsetOf, putVariables, sentence } from './document.ts';

/** A settings file that was read. */
export interface SettingsFile {
  /** As it was named. */
  name: string;
  /** Its content, with environment variables inserted; an empty object if it is broken. */
  content: Record<string, unknown>;
  /** The names of the environment variables that it uses. */
  used: ReadonlySet<string>;
  faults: Fault[];
  /** Whether it could be read. If not, only `faults` is meaningful. */
  readable: boolean;
  /** Whether a value came from the environment, and may thus be a secret. */
  hidden(path: Path): boolean;
  /** `receivers.yaml:12 routes[0].to`. If nothing is at the path, the line of what contains it. */
  where(path: Path): string;
}

/** A settings file that does not exist or cannot be read. */
export function noFile(name: string): SettingsFile {
  const where = (path: Path) => [name, pathText(path)].filter((part) => part !== '').join(' ');
  return { name, content: {}, used: new Set(), faults: [], readable: true, hidden: () => false, where };
}

/** The maximum length, in characters. */
const LONGEST_FILE = 1_048_576;

/** How many nodes aliases may expand to, against “YAML bombs”. */
const MOST_ALIASES = 1000;

/**
 * Reads the text of a settings file. The faults include every syntax error and every variable that is not set. Never
 * throws.
 */
export function parseSettingsFile(name: string, text: string, environment: Environment): SettingsFile {
  const lines = new LineCounter();
  const unreadable = (faults: Fault[]): SettingsFile => ({ ...noFile(name), readable: false, faults });
  if (text.length > LONGEST_FILE) {
    return unreadable([{ where: name, message: 'The file is longer than 1 MiB. Is it the right one?' }]);
  }
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      stringKeys: true,
    });
    const broken = brokenForm(document, text, lines);
    if (broken.length > 0) {
      return unreadable(broken.map(({ message, offset }) => ({ where: lineOf(offset), message })));
    }
    const where = (path: Path) =>
      `${lineOf(offsetOf(document, path))}${path.length > 0 ? ` ${pathText(path)}` : ''}`;
    const { used, texts, faults } = putVariables(document, environment, where);
    const content: unknown = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    if (!isMap(document.contents) && document.contents !== null) {
      const message =
        'The file has no settings. Write them as `name: value`. receivers/config/published/receivers.example.yaml shows how.';
      return unreadable([{ where: lineOf(0), message }]);
    }
    return {
      name,
      content: content as Record<string, unknown>,
      used,
      faults,
      readable: true,
      hidden: (path) => texts.has(valueAt(content, path)),
      where,
    };
  } catch (error) {
    const message = `The file cannot be read as YAML: ${sentence((error as Error).message)}`;
    return unreadable([{ where: name, message }]);
  }

  function lineOf(offset: number): string {
    return `${name}:${Math.max(1, lines.linePos(offset).line)}`;
  }
}
