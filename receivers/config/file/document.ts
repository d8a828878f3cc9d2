import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isSeq,
  type LineCounter,
  type Node,
  visit,
} from 'yaml';
import type { Fault } from '../values/faults.ts';
import type { Path } from '../values/path.ts';
import { type Environment, expandVariables } from '../values/variables.ts';

/** A variable without quotation marks, which YAML reads as the start of a map inside brackets. */
const UNQUOTED = /(?<!["'$])\$\{/;
const QUOTE_ADVICE = ` Inside [ ] and { }, write "\${NAME}" in quotes.`;

/** The syntax errors of a document, at most one per line, since one typo often causes several. */
export function brokenForm(
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

/**
 * Inserts environment variables into the texts of a document. Gives the variables used, the resulting texts, and a
 * fault for each variable that is not set.
 */
export function putVariables(
  document: Document.Parsed,
  environment: Environment,
  where: (path: Path) => string,
): { used: Set<string>; texts: Set<unknown>; faults: Fault[] } {
  const used = new Set<string>();
  const texts = new Set<unknown>();
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
      if (expanded.used.length > 0) {
        texts.add(expanded.text);
      }
      const path = pathOf([...ancestors, scalar]);
      faults.push(...expanded.faults.map((message) => ({ where: where(path), message })));
    },
  });
  return { used, texts, faults };
}

/** The path through these nodes, each of which contains the next. */
function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) {
      return [String(node.key)];
    }
    return isSeq(node) ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

/** The offset of the value at a path; for a key, the offset of the key. */
export function offsetOf(document: Document.Parsed, path: Path): number {
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

/** Adds a period if there is none. */
export function sentence(message: string): string {
  const trimmed = message.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
