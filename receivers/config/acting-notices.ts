import { isRecord } from '../../shared/events.ts';
import type { Configuration } from './configuration.ts';

/** Sentences about what acts on experiences: that it is on, and what keeps it from working. */
export function actingNotices({
  destinations,
  sources,
  health,
  autoPause,
}: Pick<Configuration, 'destinations' | 'sources' | 'health' | 'autoPause'>): string[] {
  const hasToken = sources.some(({ accessToken }) => accessToken !== null);
  const checks = health.on && hasToken ? health.limits.checks : [];
  const acting = autoPause.checks.filter((check) => checks.includes(check));
  const idle = autoPause.checks.filter((check) => !checks.includes(check));
  const buttons = destinations.filter(({ settings }) => isRecord(settings) && settings.actors !== undefined);
  return [
    ...(acting.length === 0
      ? []
      : [
          `AUTO_PAUSE_CHECKS is on: the receiver itself pauses experiences when an alarm of ${acting.join(', ')} begins, up to ${autoPause.perDay} a day and source.`,
        ]),
    ...(idle.length === 0
      ? []
      : [
          `AUTO_PAUSE_CHECKS has no effect for ${idle.join(', ')}, because nothing makes ${idle.length === 1 ? 'this check' : 'these checks'}. It takes HEALTH=true, INTELLIGEMS_ACCESS_TOKEN, and the check in HEALTH_CHECKS.`,
        ]),
    ...(buttons.length === 0 || checks.length > 0
      ? []
      : [
          `No message of ${buttons.map(({ name }) => name).join(', ')} gets a button, because there are no reports about health. It takes HEALTH=true and INTELLIGEMS_ACCESS_TOKEN.`,
        ]),
  ];
}
