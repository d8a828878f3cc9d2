import type { Action, Variation } from './events.ts';

/** What happened, as it follows an experience's name: “Backpack price test *was started*”. */
export const ACTION_VERBS: Readonly<Record<Action, string>> = {
  createExperience: 'was created',
  startExperience: 'was started',
  pauseExperience: 'was paused',
  endExperience: 'was ended',
  updateExperience: 'was updated',
  deleteExperience: 'was deleted',
};

/** What happened, as a heading: “Experience Started”. The names under which Zapier shows the triggers. */
export const ACTION_TITLES: Readonly<Record<Action, string>> = {
  createExperience: 'Experience Created',
  startExperience: 'Experience Started',
  pauseExperience: 'Experience Paused',
  endExperience: 'Experience Ended',
  updateExperience: 'Experience Updated',
  deleteExperience: 'Experience Deleted',
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  'content/advanced': 'Content (advanced)',
  'content/onsiteEdits': 'Onsite edits',
  'content/url': 'URL redirect',
  'content/theme': 'Theme',
  'content/template': 'Template',
  personalization: 'Personalization',
  'personalization/offer': 'Offer',
  pricing: 'Price',
  checkoutBlock: 'Checkout block',
  shipping: 'Shipping',
  sitewide: 'Sitewide',
  postPurchase: 'Post-purchase',
  onsiteUpsell: 'Onsite upsell',
};

/** The experience types that Intelligems documents. */
export const EXPERIENCE_TYPES: readonly string[] = Object.keys(TYPE_WORDS);

/** An experience type of Intelligems in words; one that is unknown here stays as it is. */
export function typeWords(type: string | undefined): string {
  if (type === undefined || type === '') {
    return 'Unknown type';
  }
  return (Object.hasOwn(TYPE_WORDS, type) && TYPE_WORDS[type]) || type;
}

/** The category in words: “A/B test” for an experiment. */
export function categoryWords(category: string | undefined): string {
  if (category === 'experiment') {
    return 'A/B test';
  }
  return category === 'personalization' ? 'Personalization' : (category ?? '');
}

/** An experience's name, or what to call it where it has none. */
export function nameWords(experience: { name?: string; id: string }): string {
  const name = experience.name?.trim();
  return name === undefined || name === '' ? `Unnamed experience (${experience.id})` : name;
}

/** A share of traffic: “50 %”, “33.3 %”; “– %” where it is unknown. */
export function percentWords(percentage: number | undefined): string {
  return percentage === undefined ? '– %' : `${Number(percentage.toFixed(1))} %`;
}

/** A variation's name, or its place: “Variation 2”. */
export function variationWords(variation: Variation, index: number): string {
  const name = variation.name?.trim();
  return name === undefined || name === '' ? `Variation ${index + 1}` : name;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span of time in its two largest units: “21 d 3 h”, “5 h 10 min”, “under a minute”. */
export function durationWords(ms: number): string {
  if (ms < MINUTE_MS) {
    return 'under a minute';
  }
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  const parts =
    days > 0 ? [`${days} d`, hours && `${hours} h`] : [hours && `${hours} h`, minutes && `${minutes} min`];
  return parts.filter(Boolean).join(' ');
}

/** Cuts a text to at most `limit` characters (UTF-16 units), never inside a character, and marks the cut by “…”. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) {
    return text;
  }
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, limit + 32))) {
    if (end + segment.length > limit - 1) {
      break;
    }
    end += segment.length;
  }
  return `${text.slice(0, end)}…`;
}
