import type { ZObject } from 'zapier-platform-core';
import { enteredText } from '../../shared/zapier-text.ts';

/** The texts in a list field, without blanks. One text with commas counts as several. */
export function enteredList(value: unknown): string[] {
  return [value]
    .flat()
    .flatMap((each) => enteredText(each)?.split(',') ?? [])
    .map(enteredText)
    .filter((each) => each !== null);
}

/** A yes or no; null if the field is blank. Throws an error for the person for anything else. */
export function enteredFlag(z: ZObject, label: string, value: unknown): boolean | null {
  const text = enteredText(value)?.toLowerCase() ?? null;
  if (text === null) {
    return null;
  }
  if (['true', 'yes', 'y', '1', 'on'].includes(text)) {
    return true;
  }
  if (['false', 'no', 'n', '0', 'off'].includes(text)) {
    return false;
  }
  throw new z.errors.Error(`${label} must be true or false, not “${shortened(text)}”.`, 'invalid', 400);
}

/**
 * The key that a text names among choices: the key itself or its label, in upper or lower case. Null if the field is
 * blank. Throws an error for the person if it names none of them.
 */
export function enteredChoice<Key extends string>(
  z: ZObject,
  label: string,
  value: unknown,
  choices: Readonly<Record<Key, string>>,
): Key | null {
  const text = enteredText(value);
  if (text === null) {
    return null;
  }
  const wanted = text.toLowerCase();
  const all = Object.entries(choices) as [Key, string][];
  const found = all.find(([key, words]) => [key.toLowerCase(), words.toLowerCase()].includes(wanted));
  if (found === undefined) {
    const known = all.map(([key, words]) => `${words} (${key})`).join(', ');
    throw new z.errors.Error(
      `${label} cannot be “${shortened(text)}”. Choose one of ${known}.`,
      'invalid',
      400,
    );
  }
  return found[0];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const URL_ID = new RegExp(UUID.source.slice(1, -1), 'i');

/**
 * The ID in a field; null if the field is blank. Throws an error for the person if it is not an ID of Intelligems,
 * such as a name that was mapped by mistake.
 *
 * @param label what the field is called, such as `Experience`
 */
export function enteredId(z: ZObject, label: string, value: unknown): string | null {
  const text = enteredText(value);
  // People paste the address of the experience's page, which holds its ID.
  const id = text !== null && URL.canParse(text) ? (URL_ID.exec(text)?.[0] ?? text) : text;
  if (id !== null && !UUID.test(id)) {
    throw new z.errors.Error(
      `${label} needs an ID from Intelligems, such as 2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014, not “${shortened(id)}”. Choose from the list, or map a field whose name ends in ID.`,
      'invalid',
      400,
    );
  }
  return id;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
