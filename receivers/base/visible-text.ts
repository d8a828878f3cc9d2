/** Direction marks that only affect themselves: real right-to-left names contain them. */
const HARMLESS = /[\u061C\u200E\u200F]/g;

/** Control characters (C0, DEL, C1), marks that reorder the text around them, and invisible line separators. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * The text with every character that could disguise it, or steer a terminal, written out: `[U+202E]`. Unpaired
 * surrogates become `\uFFFD`. Line feeds and tabs stay.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(HARMLESS, '')
    .replace(
      CONTROLS,
      (character) =>
        `[U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** A value as JSON, indented by some spaces, without characters that steer a terminal. */
export function jsonLine(value: unknown, spaces = 0): string {
  return escapeSteering(JSON.stringify(value, null, spaces));
}

/**
 * A JSON text with the same meaning, in which every character that could steer a terminal is escaped: `JSON.stringify`
 * only escapes the first 32.
 */
export function escapeSteering(json: string): string {
  return json.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
