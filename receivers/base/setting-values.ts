import { z } from 'zod';

/**
 * The kinds of values that settings have. All of them accept text too, since environment variables are always text.
 * Their messages say what to write instead and follow “It is …”.
 */

const TRUE = ['true', 'yes', 'on', '1'];
const FALSE = ['false', 'no', 'off', '0'];

/** Yes or no. */
export function flag() {
  return z.preprocess(
    (value) => {
      const word = String(value).trim().toLowerCase();
      return TRUE.includes(word) ? true : FALSE.includes(word) ? false : value;
    },
    z.boolean({ error: 'Write true or false.' }),
  );
}

/** A whole number within bounds, both included. */
export function wholeNumber(least: number, most: number, example: number) {
  const error = `Write a whole number from ${least} to ${most}, such as ${example}.`;
  return z.preprocess(numberOfText, z.int({ error }).min(least, { error }).max(most, { error }));
}

/** A number within bounds, both included; it may have a fraction. */
export function amount(least: number, most: number, example: number) {
  const error = `Write a number from ${least} to ${most}, such as ${example}.`;
  return z.preprocess(numberOfText, z.number({ error }).min(least, { error }).max(most, { error }));
}

/** Seconds, with a fraction or without, as whole milliseconds: the ledger keeps times as whole numbers. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

function numberOfText(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

/** Text that is not empty. */
export function text(advice: string) {
  return z.string({ error: advice }).trim().min(1, { error: advice });
}

/** One of these words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `Write ${alternatives(words)}.` });
}

/** An http or https address, without a slash at the end. */
export function webAddress(example: string) {
  const error = `Write a web address such as ${example}.`;
  return z
    .string({ error })
    .trim()
    .refine((value) => /^https?:\/\/[^\s/]/i.test(value) && URL.canParse(value), { error })
    .transform((value) => value.replace(/\/+$/, ''));
}

/** A time zone that this machine knows. */
export function timeZone() {
  const error = 'Write a time zone such as America/New_York, Europe/London or UTC.';
  return z.string({ error }).refine(isTimeZone, { error });
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** One entry, several as a list, or several in one text with commas between them; gives a list. */
export function list<Entry extends z.ZodType<unknown, string>>(entry: Entry, advice: string) {
  return z
    .union([z.string(), z.array(z.string())], { error: advice })
    .transform((value) => (typeof value === 'string' ? value.split(',') : value))
    .transform((entries) => entries.map((each) => each.trim()).filter((each) => each !== ''))
    .pipe(z.array(entry));
}

/** Whole numbers within bounds, as {@link list} takes them: `7, 14`, or a list of numbers. */
export function wholeNumbers(least: number, most: number, example: readonly number[]) {
  const error = `Write whole numbers from ${least} to ${most}, such as ${example.join(', ')}.`;
  return z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))], { error })
    .transform((value) => (Array.isArray(value) ? value : String(value).split(',')))
    .transform((entries) => entries.map(String).filter((each) => each.trim() !== ''))
    .transform((entries) => entries.map(Number))
    .pipe(z.array(z.int({ error }).min(least, { error }).max(most, { error })));
}

/** A locale, such as `en-US` or `de-CH`. */
export function locale() {
  const error = 'Write a locale such as en-US, en-GB or de-CH.';
  return z.string({ error }).refine(isLocale, { error });
}

function isLocale(value: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(value).length > 0;
  } catch {
    return false;
  }
}

/** “a, b or c”. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
