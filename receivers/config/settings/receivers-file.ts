import { z } from 'zod';
import { oneOf } from '../../base/setting-values.ts';
import { routeSettings } from '../../routes/settings.ts';
import { core } from '../values/schema-walk.ts';
import { settings } from './settings.ts';
import { sourceSettings } from './sources.ts';

/** What may stand in receivers.yaml beside the table of settings. */
export const fileLists = {
  sources: z
    .array(sourceSettings)
    .optional()
    .describe(
      'The organizations of Intelligems that post here, each to a URL of its own. Without it: one, named default.',
    ),
  destinations: z
    .array(z.unknown())
    .optional()
    .describe(
      'Where events go. Without it: those that environment variables switch on, each named after its type.',
    ),
  routing: oneOf(['all', 'first'])
    .default('all')
    .describe('all: every route that matches counts; first: only the first one that matches.'),
  routes: z
    .array(routeSettings(null))
    .optional()
    .describe('Which events go to which destinations. Without it: every event to every destination.'),
};

/** The names that may stand at the top of receivers.yaml. */
export const TOP_LEVEL: readonly string[] = [
  ...Object.keys((core(settings) as z.ZodObject).shape),
  ...Object.keys(fileLists),
];
