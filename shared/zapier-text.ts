/** Invisible characters that are copied along with text: spaces of all kinds, joiners, byte order marks. */
const INVISIBLE = /\s|\p{Cf}|\u034f|\u115f|\u3164/u;

/**
 * Text that a person entered, without invisible characters around it; null if it is blank. A blank field of Zapier
 * arrives as an absent key, null, an empty string or spaces, depending on whether it was left blank or mapped from a
 * blank field (zapier/zapier-platform#1329: nulls are stripped even with `cleanInputData: false`).
 */
export function enteredText(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return null;
  }
  const characters = [...String(value)];
  const first = characters.findIndex((character) => !INVISIBLE.test(character));
  const last = characters.findLastIndex((character) => !INVISIBLE.test(character));
  return first === -1 ? null : characters.slice(first, last + 1).join('');
}
