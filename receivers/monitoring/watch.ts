import type { HealthCheck } from '../../shared/health-words.ts';
import type { Finding, HealthNews, OpenAlarm, PendingChange } from '../contract/health.ts';

/** What the alarms of an experience were after the last check. */
export interface Watched {
  pending: readonly PendingChange[];
  alarms: readonly OpenAlarm[];
}

/** What a check has to say beyond its findings. */
export interface CheckContext {
  /** It ran before monitoring began: what is an alarm at the first check is no news. */
  isOld: boolean;
  /** Whether a person muted a check for this experience. */
  isMuted(check: HealthCheck): boolean;
  /** Milliseconds since 1970, by the vendor's clock. */
  now: number;
}

export type AlarmNews = Pick<HealthNews, 'kind' | 'alarm'>;

/**
 * Follows the alarms of an experience from one check to the next. An alarm begins when its condition has held at two
 * checks in a row, and is over when it has been gone at two: a single look may be unlucky. A finding that is unknown
 * changes nothing. Pure.
 *
 * @param before null at the first check
 * @returns what to keep, and what to report
 */
export function followAlarms(
  before: Watched | null,
  findings: readonly Finding[],
  context: CheckContext,
): Watched & { news: AlarmNews[] } {
  const { isOld, isMuted, now } = context;
  const pending: PendingChange[] = [];
  const news: AlarmNews[] = [];
  const alarms: OpenAlarm[] = [];
  for (const finding of [...findings, ...goneFindings(before, findings)]) {
    const open = before?.alarms.find((alarm) => isSame(alarm, finding));
    const to = finding.state === 'alarm' ? 'alarm' : 'fine';
    const isChange = finding.state !== 'unknown' && (to === 'alarm') !== (open !== undefined);
    const { check, about } = finding;
    if (!isChange) {
      alarms.push(
        ...(open === undefined ? [] : [finding.state === 'alarm' ? { ...open, ...finding } : open]),
      );
      continue;
    }
    if (before === null && isOld) {
      alarms.push({ ...finding, since: now, unreported: 'baseline' });
      continue;
    }
    const seen = before?.pending.find((each) => isSame(each, finding) && each.to === to);
    if (seen === undefined) {
      pending.push({ check, about, to, at: now });
      alarms.push(...(open === undefined ? [] : [open]));
    } else if (open === undefined) {
      const alarm: OpenAlarm = { ...finding, since: seen.at, unreported: isMuted(check) ? 'muted' : null };
      alarms.push(alarm);
      news.push({ kind: 'began', alarm });
    } else {
      news.push({ kind: 'over', alarm: { ...open, words: finding.words, advice: null } });
    }
  }
  return {
    pending,
    alarms,
    news: news.filter(({ alarm }) => alarm.unreported === null && !isMuted(alarm.check)),
  };
}

/**
 * Open alarms that a check no longer speaks of, although it was made: the variation they concern was removed. An alarm
 * of a check that was turned off is forgotten.
 */
function goneFindings(before: Watched | null, findings: readonly Finding[]): Finding[] {
  const made = new Set(findings.map(({ check }) => check));
  return (before?.alarms ?? [])
    .filter((alarm) => made.has(alarm.check) && !findings.some((finding) => isSame(finding, alarm)))
    .map(({ check, about }) =>
      findings.some(
        (finding) => finding.check === check && finding.about === '' && finding.state === 'unknown',
      )
        ? { check, about, state: 'unknown', words: '', advice: null }
        : { check, about, state: 'fine', words: 'What it concerned is no longer part of it.', advice: null },
    );
}

function isSame(one: Pick<Finding, 'check' | 'about'>, other: Pick<Finding, 'check' | 'about'>): boolean {
  return one.check === other.check && one.about === other.about;
}
