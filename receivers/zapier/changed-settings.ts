import { type Experience, type ExperienceEvent, isRecord, type Variation } from '../../shared/events.ts';
import type { ChangedSettings, SettingName } from '../../shared/zapier-event.ts';
import type { Change } from '../contract/experience.ts';

/** The setting that each field of the experience document belongs to. */
const SETTING_OF_FIELD: ReadonlyMap<string, SettingName> = new Map([
  ['name', 'name'],
  ['description', 'hypothesis'],
  ['variations', 'variations'],
  ['audience', 'targeting'],
  ['experiencePageTargeting', 'targeting'],
  ['experienceProductTargeting', 'targeting'],
  ['shippingTestMethodDefinitions', 'shipping'],
  ['shippingCarrierProvider', 'shipping'],
  ['experienceKeyMetrics', 'metrics'],
  ['experienceCustomMetrics', 'metrics'],
]);

/** What changed between two snapshots of an experience, without bookkeeping. */
export function changedSettings(
  changes: readonly Change[],
  before: Experience,
  after: Experience,
): ChangedSettings {
  const news = changes.filter(({ bookkeeping }) => !bookkeeping);
  const settings = news.map(({ field }): SettingName => SETTING_OF_FIELD.get(field) ?? 'other');
  if (settings.includes('variations')) {
    settings.push(...changedInVariations(before.variations, after.variations));
  }
  return { words: news.map(({ words }) => words), settings: [...new Set(settings)] };
}

function changedInVariations(before: readonly Variation[], after: readonly Variation[]): SettingName[] {
  const earlier = new Map(before.map((variation) => [variation.id, variation]));
  const pairs = after.flatMap((is) => {
    const was = earlier.get(is.id);
    return was === undefined ? [] : [{ was, is }];
  });
  const found: SettingName[] = [];
  if (pairs.some(({ was, is }) => was.percentage !== is.percentage)) {
    found.push('traffic');
  }
  if (pairs.some(({ was, is }) => priceOf(was) !== priceOf(is))) {
    found.push('prices');
  }
  return found;
}

function priceOf({ priceChange, priceChangeUnit }: Variation): string {
  return priceChange ? `${priceChange} ${priceChangeUnit}` : 'none';
}

/** The experience document of an event, as it arrived. */
export function documentOf({ payload }: ExperienceEvent): Record<string, unknown> {
  return isRecord(payload.experience) ? payload.experience : {};
}
