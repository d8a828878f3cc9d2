import zapier, { defineApp } from 'zapier-platform-core';
import type { Audience } from './audience.ts';
import { authenticationFor } from './authentication.ts';
import { endExperience } from './creates/end-experience.ts';
import { pauseExperience, startExperience } from './creates/lifecycle.ts';
import { chartImage } from './hydrators/chart.ts';
import { experienceResults } from './searches/experience-results.ts';
import { findExperience } from './searches/find-experience.ts';
import { findExperiences } from './searches/find-experiences.ts';
import { catchWebhook } from './triggers/catch-webhook.ts';
import { experienceEventTriggers } from './triggers/experience-event.ts';
import { experienceLists } from './triggers/experience-list.ts';
import { monitoringTriggers } from './triggers/monitoring-triggers.ts';
import { newExperience } from './triggers/new-experience.ts';
import { reportTriggers } from './triggers/report-triggers.ts';
import { statusChanged } from './triggers/status-changed.ts';
import { variationList } from './triggers/variation-list.ts';

export interface AppSettings {
  version: string;
  audience: Audience;
}

/** The whole definition of the Zapier app. */
export function intelligemsApp({ version, audience }: AppSettings) {
  const triggers = [
    ...experienceEventTriggers,
    ...reportTriggers,
    ...monitoringTriggers,
    statusChanged,
    newExperience,
    ...(audience === 'private' ? [catchWebhook] : []),
    ...experienceLists,
    variationList,
  ];
  return defineApp({
    version,
    platformVersion: zapier.version,
    authentication: authenticationFor(audience),
    // Blanks are handled when they are read (fields/entered.ts), in the same way on every path.
    flags: { cleanInputData: false },
    hydrators: { chartImage },
    triggers: Object.fromEntries(triggers.map((trigger) => [trigger.key, trigger])),
    creates: {
      [startExperience.key]: startExperience,
      [pauseExperience.key]: pauseExperience,
      [endExperience.key]: endExperience,
    },
    searches: {
      [findExperience.key]: findExperience,
      [findExperiences.key]: findExperiences,
      [experienceResults.key]: experienceResults,
    },
  });
}
