import { cut } from '../../../shared/words.ts';
import type { EmailSettings } from './settings.ts';
import { oneLine } from './thread.ts';
import type { Chart, Moment } from './variables.ts';

type Locale = Pick<EmailSettings, 'locale' | 'timeZone'>;

/** The longest single text, in characters. */
const LONGEST_LINE = 500;

/** A text on one line, at most 500 characters. */
export function line(text: string): string {
  return cut(oneLine(text), LONGEST_LINE);
}

/** The same of a text that may be missing, or empty. */
export function lineOrNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : line(text);
}

/** A moment as templates show it. */
export function momentOf(ms: number | null, locale: Locale): Moment {
  return ms === null ? null : { text: dateFormat(locale).format(ms), iso: new Date(ms).toISOString(), ms };
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** Kept, because making one takes longer than all the rest of a mail's variables. */
function dateFormat({ locale, timeZone }: Locale): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = dateFormats.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  dateFormats.set(key, made);
  return made;
}

/** Only what a browser opens as a page: a mail must carry no script and no file link. */
export function webLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;
}

/** A chart as templates name it; null if there is none, or it is not a picture on the web. */
export function chartOf(chart: { url: string; description: string } | null | undefined): Chart | null {
  const { url, description } = chart ?? { url: '', description: '' };
  return /^https:\/\//i.test(url) && URL.canParse(url)
    ? { url, description: line(description), image: url }
    : null;
}
