import { HEALTH_CHECKS, type HealthCheck } from '../../shared/health-words.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import { HEALTH } from './health-record.ts';

/** The checks that a person muted for an experience. */
export async function mutedChecks(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<HealthCheck[]> {
  const fact = await ledger.recall(HEALTH, mutedFact(source, experienceId));
  return HEALTH_CHECKS.filter((check) => (fact ?? '').split(' ').includes(check));
}

/** Mutes these checks for an experience, and no others. What they find is still shown in the console. */
export async function muteChecks(
  ledger: Pick<Ledger, 'remember'>,
  source: string,
  experienceId: string,
  checks: readonly HealthCheck[],
): Promise<void> {
  await ledger.remember(HEALTH, { [mutedFact(source, experienceId)]: checks.join(' ') });
}

function mutedFact(source: string, experienceId: string): string {
  return `muted:${experienceKey(source, experienceId)}`;
}
