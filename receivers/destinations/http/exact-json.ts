/** What newer engines give a reviver in addition to the key and the value. https://tc39.es/proposal-json-parse-with-source/ */
interface SourceContext {
  /** The value's own text; absent for objects and arrays. */
  source?: string;
}

type Reviver = (key: string, value: unknown, context: SourceContext) => unknown;

const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

/**
 * Parses JSON without losing a digit: a number that JavaScript would write otherwise (a long one, `1.0`, `1e400`)
 * becomes what `exact` makes of its text. Throws a SyntaxError for text that is not JSON, and a RangeError for text
 * that nests too deep.
 */
export function parseExactly(text: string, exact: (source: string) => unknown): unknown {
  const reviver: Reviver = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value) ? exact(source) : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** A number's text as a value that `JSON.stringify` writes as it is. */
export function exactNumber(source: string): object {
  return rawJSON(source);
}

/** JSON text with line breaks and indentation, for people; text that is not JSON stays as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(parseExactly(text, exactNumber), null, 2);
  } catch {
    return text;
  }
}
