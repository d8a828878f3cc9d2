import { stripTypeScriptTypes } from 'node:module';

/**
 * Turns TypeScript with erasable types only into JavaScript that a person can read: it keeps the comments, except those
 * of types, and closes the gaps that types leave. Not for sources with text that has several spaces in a row.
 */
export function stripTypes(source: string): string {
  return stripTypeScriptTypes(source)
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/(\S) {2,}(?=\S)/g, '$1 ')
    .replaceAll(/(\S) +([,;)])/g, '$1$2')
    .replaceAll(/\/\*\*(?:(?!\*\/).)*\*\/\n(?=\n)/gs, '')
    .replaceAll(/\n{3,}/g, '\n\n');
}
