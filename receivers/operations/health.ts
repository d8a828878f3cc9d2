import type { HealthCheck } from '../../shared/health-words.ts';
import type { HealthRecord } from '../contract/health.ts';
import type { Ledger } from '../contract/ledger.ts';
import { keptHealth } from '../monitoring/health-record.ts';
import { muteChecks, mutedChecks } from '../monitoring/mute.ts';
import type { OperationServices } from './services.ts';

/** The health of an experience, as far as it has been checked. */
export interface ExperienceHealthStory extends HealthRecord {
  /** Checks that a person muted: what they find is shown, and not reported. */
  muted: HealthCheck[];
}

/** The health of an experience; null if it was never checked. */
export async function healthStory(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<ExperienceHealthStory | null> {
  const record = await keptHealth(ledger, source, experienceId);
  return record === null ? null : { ...record, muted: await mutedChecks(ledger, source, experienceId) };
}

export function healthOperations({ ledger }: Pick<OperationServices, 'ledger'>) {
  return {
    /** False if the experience was never checked. */
    async muteHealth(source: string, experienceId: string, checks: readonly HealthCheck[]): Promise<boolean> {
      if ((await keptHealth(ledger, source, experienceId)) === null) {
        return false;
      }
      await muteChecks(ledger, source, experienceId, checks);
      return true;
    },
  };
}
