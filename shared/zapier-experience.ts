import type { Experience } from './events.ts';
import { experienceLink } from './experience-link.ts';
import { nameWords, percentWords, typeWords, variationWords } from './words.ts';

/** A variation as one line item of a Zap. */
export interface ZapierVariation {
  id: string;
  name: string;
  /** Share of the traffic, 0 to 100; null if it is unknown. */
  percentage: number | null;
  is_control: boolean;
}

/** What a Zap gets about an experience besides its name and ID. Times are ISO 8601 in UTC. */
export interface ZapierExperienceDetails {
  /** In words: “Price”. */
  experience_type_words: string;
  /** pending, started, paused, ended or deleted. */
  status: string | null;
  category: string | null;
  /** What the person wrote as its description. */
  hypothesis: string | null;
  /** Its page in Intelligems. */
  link: string;
  /** Three letters, ISO 4217. */
  currency: string | null;
  /** Days on which it was served, pauses left out, to one decimal. */
  days_live: number | null;
  created_at: string | null;
  started_at: string | null;
  paused_at: string | null;
  ended_at: string | null;
  variation_count: number;
  /** In one line: “Control 50%, Price −5% 50%”. */
  variation_summary: string;
  /** The same with a line for each variation. */
  variation_lines: string;
  variations: ZapierVariation[];
}

/** An experience as the result of an action or a search. */
export interface ZapierExperience extends ZapierExperienceDetails {
  id: string;
  experience_name: string;
  experience_type: string;
}

/**
 * An experience for a Zap, flat but for its variations.
 *
 * @param now the end of what is counted as live, milliseconds since 1970
 */
export function zapierExperience(experience: Experience, now: number): ZapierExperience {
  return {
    id: experience.id,
    experience_name: nameWords(experience),
    experience_type: experience.type ?? '',
    ...zapierExperienceDetails(experience, now),
  };
}

/**
 * The part of an experience that an event has too.
 *
 * @param now the end of the time it counts as live, milliseconds since 1970
 * @param link its page in Intelligems
 */
export function zapierExperienceDetails(
  experience: Experience,
  now: number,
  link = experienceLink(experience),
): ZapierExperienceDetails {
  const variations = [...experience.variations].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const liveMs = liveTime(experience, now);
  return {
    experience_type_words: typeWords(experience.type),
    status: experience.status ?? null,
    category: experience.category ?? null,
    hypothesis: experience.description?.trim() || null,
    link,
    currency: experience.currency ?? null,
    days_live: liveMs === null ? null : Math.round((liveMs / DAY_MS) * 10) / 10,
    created_at: isoTime(experience.createdAtTs),
    started_at: isoTime(experience.startedAtTs),
    paused_at: isoTime(experience.pausedAtTs),
    ended_at: isoTime(experience.endedAtTs),
    variation_count: variations.length,
    variation_summary: variations
      .map((variation, index) => `${variationWords(variation, index)} ${percentWords(variation.percentage)}`)
      .join(', '),
    variation_lines: variations
      .map((variation, index) => `${variationWords(variation, index)}: ${percentWords(variation.percentage)}`)
      .join('\n'),
    variations: variations.map((variation, index) => ({
      id: variation.id ?? '',
      name: variationWords(variation, index),
      percentage: variation.percentage ?? null,
      is_control: variation.isControl ?? false,
    })),
  };
}

function isoTime(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

const DAY_MS = 86_400_000;

/** How long an experience has been served, in milliseconds: from its actions, else from its times. */
function liveTime(experience: Experience, now: number): number | null {
  const switches = experience.experienceActions
    .flatMap(({ action, actionTs }) =>
      actionTs === undefined ? [] : [{ at: actionTs, on: action === 'start' }],
    )
    .filter(({ at }) => at <= now)
    .sort((one, other) => one.at - other.at);
  if (!switches.some(({ on }) => on)) {
    const { startedAtTs, endedAtTs = now } = experience;
    return startedAtTs === undefined || startedAtTs > now ? null : Math.min(endedAtTs, now) - startedAtTs;
  }
  let live = 0;
  let since: number | null = null;
  for (const { at, on } of switches) {
    if (since !== null && !on) {
      live += at - since;
    }
    since = on ? (since ?? at) : null;
  }
  return since === null ? live : live + now - since;
}
