import zapier, { defineApp } from 'zapier-platform-core';
import type { Audience } from './audience.ts';
import { authenticationFor } from './authentication.ts';
import { endExperience, pauseExperience, startExperience } from './creates/lifecycle.ts';
import { experienceResults } from './searches/experience-results.ts';
import { findExperience } from './searches/find-experience.ts';
import { catchWebhook } from './triggers/catch-webhook.ts';
import { experienceEventTriggers } from './triggers/experience-event.ts';
import { experienceList } from './triggers/experience-list.ts';
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
    statusChanged,
    ...(audience === 'private' ? [catchWebhook] : []),
    experienceList,
    variationList,
  ];
  return defineApp({
    version,
    platformVersion: zapier.version,
    authentication: authenticationFor(audience),
    flags: { cleanInputData: true },
    triggers: Object.fromEntries(triggers.map((trigger) => [trigger.key, trigger])),
    creates: {
      [startExperience.key]: startExperience,
      [pauseExperience.key]: pauseExperience,
      [endExperience.key]: endExperience,
    },
    searches: {
      [findExperience.key]: findExperience,
      [experienceResults.key]: experienceResults,
    },
  });
}
