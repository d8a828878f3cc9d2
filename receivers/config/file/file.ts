import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Fault } from '../values/faults.ts';
import { type Path, pathText, valueAt } from '../values/path.ts';
import type { Environment } from '../values/variables.ts';
import { brokenForm, offsetOf, putVariables, sentence } from './document.ts';

/** A settings file that was read. */
export interface SettingsFile {
  /** As it was named. */
  name: string;
  /** What stands in it, with the environment's values put in; an empty object where it is broken. */
  content: Record<string, unknown>;
  /** The names of the environment variables that it uses. */
  used: ReadonlySet<string>;
  faults: Fault[];
  /** Whether it could be read at all; where not, there is only `faults`. */
  readable: boolean;
  /** Whether a value came from the environment, and may thus be a secret. */
  hidden(path: Path): boolean;
  /** `receivers.yaml:12 routes[0].to`; where nothing stands there, the line of what is around it. */
  where(path: Path): string;
}

/** What stands for having no settings file, or none that can be read. */
export function noFile(name: string): SettingsFile {
  const where = (path: Path) => [name, pathText(path)].filter((part) => part !== '').join(' ');
  return { name, content: {}, used: new Set(), faults: [], readable: true, hidden: () => false, where };
}

/** No more characters are read: settings are not that long. */
const LONGEST_FILE = 1_048_576;

/** How often anchors may be used, each use counted with what it holds (a guard against “YAML bombs”). */
const MOST_ALIASES = 1000;

/**
 * Reads the text of a settings file. All that is wrong with its form, and every variable that is not set,
 * is among the faults. Never throws.
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
        'The file holds no settings. Write them as `name: value`; receivers/config/published/receivers.example.yaml shows how.';
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
