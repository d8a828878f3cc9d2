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
