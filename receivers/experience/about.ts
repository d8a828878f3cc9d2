import type { Experience } from '../../shared/events.ts';
import { metricWords, variationWords } from '../../shared/words.ts';
import type { About } from '../contract/experience.ts';

/**
 * What people want to know of an experience beyond its state: for every destination to show. What people wrote comes
 * as it is; a destination escapes and shortens it.
 */
export function aboutExperience(experience: Experience): About {
  return {
    hypothesis: experience.description?.trim() || null,
    metric: metricWords(experience.primaryMetric),
    warning: syncWarning(experience),
  };
}

/** The vendor sets `functionSyncError` on each variation whose discount or shipping function did not reach Shopify. */
function syncWarning({ variations }: Experience): string | null {
  const failed = variations.flatMap((variation, index) =>
    variation.functionSyncError === true ? [variationWords(variation, index)] : [],
  );
  if (failed.length === 0) {
    return null;
  }
  const named = failed.slice(0, 3).join(', ') + (failed.length > 3 ? ` and ${failed.length - 3} more` : '');
  return `Not synced with Shopify: visitors of ${named} do not get what this test promises. Check it in Intelligems.`;
}

/** The experience that this one rolls out; null if it does not roll out another one. */
export function rolledOutId({ sourceAction, sourceExperienceId }: Experience): string | null {
  return sourceAction === 'rollout' ? (sourceExperienceId ?? null) : null;
}
