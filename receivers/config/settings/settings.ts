import { z } from 'zod';
import { flag, locale, oneOf, timeZone } from '../../base/setting-values.ts';
import { autoPause } from './auto-pause.ts';
import { alerts, delivery, updates } from './delivery.ts';
import { health } from './health.ts';
import { intelligems, reconcile, results, who } from './intelligems.ts';
import { console, zapier } from './people.ts';
import { digest, milestones, overview } from './reports.ts';
import { server } from './server.ts';
import { section, setting } from './setting.ts';
import { database, storage } from './storage.ts';
import { verdict } from './verdict.ts';

/**
 * All settings except the lists of sources, destinations and routes. Its shape is that of receivers.yaml; each
 * `setting` names the environment variable that overrides it. The published JSON Schema and table are made from it.
 */
export const settings = z.strictObject({
  role: setting(
    'RECEIVER_ROLE',
    oneOf(['all', 'accept', 'deliver']).default('all'),
    'With PostgreSQL, what this process does: accept webhooks, deliver events, or both (all). `start --role` overrides it.',
  ),
  locale: setting(
    'LOCALE',
    locale().default('en-US'),
    'How numbers and dates are written, such as en-US, en-GB or de-CH. A destination can override it.',
  ),
  timeZone: setting(
    'TIME_ZONE',
    timeZone().default('UTC'),
    'The time zone of reports and of times in messages, such as America/New_York. A destination or report can override it.',
  ),
  server,
  storage,
  database,
  log: section({
    level: setting(
      'LOG_LEVEL',
      oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
      'How much to log: trace, debug, info, warn, error, fatal or silent.',
    ),
    pretty: setting(
      'LOG_PRETTY',
      flag().nullable().default(null),
      'true logs for people, false logs JSON lines. Default: for people on a terminal, else JSON.',
    ),
  }),
  delivery,
  updates,
  alerts,
  digest,
  intelligems,
  who,
  results,
  verdict,
  health,
  autoPause,
  milestones,
  overview,
  reconcile,
  console,
  zapier,
});

/** The settings as the program uses them. Durations are in milliseconds if their names say so. */
export type Settings = z.output<typeof settings>;
