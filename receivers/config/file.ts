import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Fault } from './faults.ts';
import { type Environment, expandVariables } from './variables.ts';

/** Where in a document something stands: keys and positions, from the outside in. */
export type Path = readonly PropertyKey[];

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
    const { used, places, faults } = putVariables(document, environment, where);
    const content: unknown = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
    if (!isMap(document.contents) && document.contents !== null) {
      const message =
        'The file holds no settings. Write them as `name: value`; receivers/config/receivers.example.yaml shows how.';
      return unreadable([{ where: lineOf(0), message }]);
    }
    return {
      name,
      content: content as Record<string, unknown>,
      used,
      faults,
      readable: true,
      hidden: (path) => places.has(pathText(path)),
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

/** A variable without quotes, which YAML takes for the beginning of a map inside brackets. */
const UNQUOTED = /(?<!["'$])\$\{/;
const QUOTE_ADVICE = ` Inside [ ] and { }, write "\${NAME}" in quotes.`;

/** What is wrong with the form of a document, at most once a line: a slip often brings others with it. */
function brokenForm(
  document: Document.Parsed,
  text: string,
  lines: LineCounter,
): { message: string; offset: number }[] {
  const broken = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    message,
    offset: pos[0],
  }));
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined) {
        broken.push({
          message: `There is no anchor &${alias.source} before this`,
          offset: alias.range?.[0] ?? 0,
        });
      }
    },
  });
  const written = text.split('\n');
  const byLine = new Map<number, { message: string; offset: number }>();
  for (const { message, offset } of broken) {
    const { line } = lines.linePos(offset);
    if (!byLine.has(line)) {
      const hint = UNQUOTED.test(written[line - 1] ?? '') ? QUOTE_ADVICE : '';
      byLine.set(line, { message: `${sentence(message)}${hint}`, offset });
    }
  }
  return [...byLine.values()];
}

function putVariables(
  document: Document.Parsed,
  environment: Environment,
  where: (path: Path) => string,
): { used: Set<string>; places: Set<string>; faults: Fault[] } {
  const used = new Set<string>();
  const places = new Set<string>();
  const faults: Fault[] = [];
  visit(document, {
    Scalar(key, scalar, ancestors) {
      if (key === 'key' || typeof scalar.value !== 'string' || !scalar.value.includes('${')) {
        return;
      }
      const expanded = expandVariables(scalar.value, environment);
      scalar.value = expanded.text;
      for (const name of expanded.used) {
        used.add(name);
      }
      const path = pathOf([...ancestors, scalar]);
      if (expanded.used.length > 0) {
        places.add(pathText(path));
      }
      faults.push(...expanded.faults.map((message) => ({ where: where(path), message })));
    },
  });
  return { used, places, faults };
}

/** The path that leads through these nodes, each of which holds the next. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) {
      return [String(node.key)];
    }
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

/** Where the value at a path begins in the text; for a key, where the key does. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const step of path) {
    const inner = isAlias(node) ? node.resolve(document) : node;
    let found: unknown;
    if (isMap(inner)) {
      const pair = inner.items.find(({ key }) => String(key) === String(step));
      offset = startOf(pair?.key) ?? offset;
      found = pair?.value;
    } else if (isSeq(inner)) {
      found = inner.items[Number(step)];
      offset = startOf(found) ?? offset;
    }
    if (found === undefined || found === null) {
      break;
    }
    node = found;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

/** `routes[0].to` */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

function sentence(message: string): string {
  const trimmed = message.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
