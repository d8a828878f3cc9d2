import type { Logger } from 'pino';
import type { HealthCheck } from '../../shared/health-words.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { nameWords } from '../../shared/words.ts';
import type { OpenAlarm } from '../contract/health.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { LifecycleRequest } from '../contract/lifecycle.ts';
import type { Report } from '../contract/message.ts';
import { lifecycleRecord } from './record.ts';
import { requestEvent } from './request.ts';

const DAY_MS = 86_400_000;

/** When the receiver pauses an experience without a person. Off unless checks are named. */
export interface AutoPausePolicy {
  checks: readonly HealthCheck[];
  /** Types of experiences, or categories; empty for all. */
  types: readonly string[];
  /** At most so many a day (UTC) and source, all processes together. */
  perDay: number;
}

export interface AutoPauseServices {
  ledger: Pick<Ledger, 'accept' | 'event' | 'recall'>;
  log: Logger;
  /** Milliseconds since 1970. */
  now(): number;
  /** The same by the vendor's clock, which decides what day it is. */
  vendorNow(): number;
}

interface Occasion {
  source: string;
  experience: ApiExperience;
  alarm: OpenAlarm;
  link: string | null;
}

/** Whether the policy asks for a pause when this alarm begins. Pure. */
function asksForPause(
  { checks, types }: AutoPausePolicy,
  { experience: { type = '', category = '' }, alarm }: Pick<Occasion, 'experience' | 'alarm'>,
): boolean {
  const concerned = types.length === 0 || types.includes(type) || types.includes(category);
  return checks.includes(alarm.check) && concerned;
}

/**
 * Requests a pause if the policy asks for it. The day has as many places as pauses are allowed; each place is a key of
 * the ledger that only one request can take, in whatever process. An alarm takes one place, after a crash as well.
 */
export async function autoPause(
  policy: AutoPausePolicy,
  { source, experience, alarm, link }: Occasion,
  { ledger, log, now, vendorNow }: AutoPauseServices,
): Promise<void> {
  if (!asksForPause(policy, { experience, alarm })) {
    return;
  }
  const { count } = await lifecycleRecord(ledger, source, experience.id);
  const press = `${alarm.check} ${alarm.about} ${alarm.since}`;
  const request: LifecycleRequest = {
    action: 'pause',
    by: { via: 'policy', name: null, email: null },
    source,
    experienceId: experience.id,
    name: nameWords(experience),
    number: count,
    press,
    why: alarm.words,
  };
  const about = { source, experience: request.name, check: alarm.check };
  const keys = keysOfDay(policy, source, vendorNow());
  // Another process may have been here just before midnight.
  for (const key of keysOfDay(policy, source, vendorNow() - DAY_MS)) {
    if (isSame(await takenBy(ledger, key), request)) {
      return;
    }
  }
  for (const key of keys) {
    const { status } = await ledger.accept(requestEvent(key, { ...request, link }, now()));
    if (status === 'accepted') {
      log.warn({ ...about, event: key }, 'automatic pause requested (AUTO_PAUSE_CHECKS)');
      return;
    }
    if (isSame(await takenBy(ledger, key), request)) {
      return;
    }
  }
  log.warn(about, 'no automatic pause: AUTO_PAUSE_PER_DAY is reached for today');
}

/** @param at milliseconds since 1970 */
function keysOfDay({ perDay }: AutoPausePolicy, source: string, at: number): string[] {
  const day = new Date(at).toISOString().slice(0, 10);
  return Array.from({ length: perDay }, (_, place) => `lifecycle_auto_${source}_${day}_${place + 1}`);
}

async function takenBy(ledger: Pick<Ledger, 'event'>, key: string): Promise<LifecycleRequest | null> {
  const taken = await ledger.event(key);
  const report = taken === null ? null : (JSON.parse(Buffer.from(taken.body).toString()) as Report);
  return report?.request ?? null;
}

function isSame(one: LifecycleRequest | null, other: LifecycleRequest): boolean {
  return one !== null && one.experienceId === other.experienceId && one.press === other.press;
}
