import zapier, { defineApp } from 'zapier-platform-core';
import { authentication } from './authentication.ts';
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
  /** Zapier allows no hook whose URL is pasted by hand in a public app: there it is left out. */
  audience: 'private' | 'public';
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
    authentication,
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
