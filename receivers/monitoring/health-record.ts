import { HEALTH_WORDS } from '../../shared/health-words.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { CheckedVariation, ExperienceHealth, HealthPoint, HealthRecord } from '../contract/health.ts';
import type { Ledger } from '../contract/ledger.ts';

/** The name under which the ledger keeps the health of experiences. */
export const HEALTH = 'health';

/** The most points that are kept of an experience. */
const MOST_POINTS = 200;

/** What is kept of an experience's health; null before its first check. */
export async function keptHealth(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<HealthRecord | null> {
  const fact = await ledger.recall(HEALTH, healthFact(source, experienceId));
  return fact === null ? null : JSON.parse(fact);
}

/** What was reported about an experience and is not over, for its card and its row; null before its first check. */
export async function reportedHealth(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<ExperienceHealth | null> {
  const record = await keptHealth(ledger, source, experienceId);
  return record === null
    ? null
    : {
        checkedAt: record.checkedAt,
        alarms: record.alarms.filter(({ unreported }) => unreported === null),
      };
}

/** What was reported about an experience and is not over, as labels; null before its first check. */
export async function alarmTitles(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<string[] | null> {
  const health = await reportedHealth(ledger, source, experienceId);
  return health === null ? null : [...new Set(health.alarms.map(({ check }) => HEALTH_WORDS[check].title))];
}

/** Keeps the health of an experience. */
export async function keepHealth(
  ledger: Pick<Ledger, 'remember'>,
  source: string,
  experienceId: string,
  record: HealthRecord,
): Promise<void> {
  await ledger.remember(HEALTH, { [healthFact(source, experienceId)]: JSON.stringify(record) });
}

function healthFact(source: string, experienceId: string): string {
  return `health:${experienceKey(source, experienceId)}`;
}

/**
 * The points of earlier checks with a new one. If they are too many, every second one of the older half goes: the
 * newest stay hourly, old ones become days. Pure.
 *
 * @param before the variations that the earlier points are in the order of
 */
export function withPoint(
  points: readonly HealthPoint[],
  point: HealthPoint,
  before: readonly CheckedVariation[],
  variations: readonly CheckedVariation[],
): HealthPoint[] {
  const places = variations.map(({ id }) => before.findIndex((each) => each.id === id));
  const inOrder = <Figure>(figures: readonly Figure[]): (Figure | null)[] =>
    places.map((place) => figures[place] ?? null);
  const earlier = points.map(
    (each): HealthPoint => ({
      ...each,
      visitors: inOrder(each.visitors),
      probability: inOrder(each.probability),
    }),
  );
  const all = [...earlier, point];
  return all.length <= MOST_POINTS
    ? all
    : all.filter((_, index) => index >= MOST_POINTS / 2 || index % 2 === 0);
}
