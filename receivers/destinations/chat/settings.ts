import { z } from 'zod';

/** The setting for what may have arrived at a place that cannot be asked. */
export const unsureSetting = z
  .enum(['repeat', 'skip'], { error: 'Write “repeat” or “skip”.' })
  .default('repeat')
  .describe(
    'What to do when a message may have arrived, since the place cannot be asked. “repeat”: send it again (at least once). “skip”: leave it (at most once).',
  );
