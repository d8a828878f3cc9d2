import { isAction } from '../../shared/events.ts';
import { HEALTH_WORDS, type HealthCheck } from '../../shared/health-words.ts';
import { ACTION_TITLES, categoryWords, typeWords } from '../../shared/words.ts';
import { SETTING_TITLES } from '../../shared/zapier-event.ts';
import { ALARM_STATES, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../contract/ledger.ts';
import { ZapierAccess } from '../zapier/access.ts';
import { type ZapierKey, ZapierKeys } from '../zapier/keys.ts';
import { type Subscription, Subscriptions } from '../zapier/subscriptions.ts';
import { openSharedLedger } from './shared-ledger.ts';

/** A Zap that is on, for people. It holds nothing secret. */
export interface ListedZap {
  /** Ends the subscription. */
  id: string;
  /** The Zap's ID at Zapier; null if Zapier did not say. */
  zap: string | null;
  trigger: string;
  source: string;
  /** What it is limited to, in words; empty for nothing. */
  filters: string[];
  /** The key it was made with: its id, or null for ZAPIER_API_KEY. */
  keyId: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970; null if it got none yet. */
  lastEventAt: number | null;
}

/** What a person can do about the connections of the Zapier app. */
export interface ZapierOperations {
  keys(): Promise<ZapierKey[]>;
  /** Makes a key for a source. `key` can be shown this once. Null for a source that the settings do not have. */
  makeKey(source: string, name: string): Promise<{ key: string; made: ZapierKey } | null>;
  /** Makes a key invalid and ends what was subscribed with it. Gives how many Zaps; null for an unknown key. */
  revokeKey(id: string): Promise<number | null>;
  zaps(): Promise<ListedZap[]>;
  /** Ends the subscription of a Zap; false for an unknown one. */
  endZap(id: string): Promise<boolean>;
}

/** Opens the operations for Zapier over a ledger. */
export function zapierOperations(
  { sources, zapier }: Pick<Configuration, 'sources' | 'zapier'>,
  ledger: Pick<Ledger, 'recall' | 'recallAll' | 'remember'>,
  now: () => number,
): ZapierOperations {
  const keys = new ZapierKeys(ledger);
  const access = new ZapierAccess(zapier.apiKey, keys);
  const subscriptions = new Subscriptions(ledger, access);
  return {
    keys: () => keys.all(),
    async makeKey(source, name) {
      return sources.some((each) => each.name === source) ? keys.make(source, name.trim(), now()) : null;
    },
    async revokeKey(id) {
      return (await keys.revoke(id)) ? subscriptions.removeOf(id) : null;
    },
    async zaps() {
      const [all, lastEvents] = await Promise.all([subscriptions.all(), subscriptions.lastEvents()]);
      return all
        .sort((one, other) => other.createdAt - one.createdAt)
        .map((each) => listed(each, lastEvents.get(each.slot) ?? null, access.settingsKeyId));
    },
    endZap: (id) => subscriptions.remove(id),
  };
}

function listed(
  { id, zap, trigger, subject, source, filter, keyId, createdAt }: Subscription,
  lastEventAt: number | null,
  settingsKeyId: string | null,
): ListedZap {
  return {
    id,
    zap,
    trigger: trigger ?? subject,
    source,
    filters: filterWords(filter),
    keyId: keyId === settingsKeyId ? null : keyId,
    createdAt,
    lastEventAt,
  };
}

function filterWords(filter: ZapierFilter): string[] {
  const words: (string | null)[] = [
    filter.actions.map((action) => (isAction(action) ? ACTION_TITLES[action] : action)).join(', ') || null,
    filter.experienceType && typeWords(filter.experienceType),
    filter.category && categoryWords(filter.category),
    filter.nameContains && `name contains “${filter.nameContains}”`,
    filter.experienceId && `experience ${filter.experienceId}`,
    filter.store && `store ${filter.store}`,
    filter.changedSettings
      .map((name) => SETTING_TITLES[name as keyof typeof SETTING_TITLES] ?? name)
      .join(', ') || null,
    filter.checks.map((check) => HEALTH_WORDS[check as HealthCheck]?.title ?? check).join(', ') || null,
    filter.alarmState && (ALARM_STATES[filter.alarmState] ?? filter.alarmState),
  ];
  return words.filter((each) => each !== null);
}

/**
 * Runs work on the ledger of the settings, also while a receiver runs on it: keys and subscriptions are facts, which
 * several processes may read and write.
 */
export async function withZapierOperations<Result>(
  configuration: Configuration,
  work: (operations: ZapierOperations) => Promise<Result>,
): Promise<Result> {
  const { ledger, close } = await openSharedLedger(configuration);
  try {
    return await work(zapierOperations(configuration, ledger, Date.now));
  } finally {
    await close();
  }
}
