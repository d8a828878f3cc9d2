import { z } from 'zod';
import { oneOf } from '../../base/setting-values.ts';
import { routeSettings } from '../../routes/settings.ts';
import { core } from '../values/schema-walk.ts';
import { settings } from './settings.ts';
import { sourceSettings } from './sources.ts';

/** What receivers.yaml may have in addition to the general settings. */
export const fileLists = {
  sources: z
    .array(sourceSettings)
    .optional()
    .describe(
      'The organizations of Intelligems that post here, each to its own URL. Default: one, named default.',
    ),
  destinations: z
    .array(z.unknown())
    .optional()
    .describe(
      'Where events go. Default: the destinations that environment variables turn on, each named after its type.',
    ),
  routing: oneOf(['all', 'first'])
    .default('all')
    .describe('all uses every route that matches. first uses only the first one.'),
  routes: z
    .array(routeSettings(null))
    .optional()
    .describe('Which events go to which destinations. Default: every event to every destination.'),
};

/** The names that are valid at the top of receivers.yaml. */
export const TOP_LEVEL: readonly string[] = [
  ...Object.keys((core(settings) as z.ZodObject).shape),
  ...Object.keys(fileLists),
];
