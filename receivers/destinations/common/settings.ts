import { z } from 'zod';
import type { Unsure } from './webhook-destination.ts';

/** The setting for what may have arrived at a place that cannot be asked. */
export const unsureSetting = z
  .enum(['repeat', 'skip'], { error: 'Write “repeat” or “skip”.' })
  .default('repeat')
  .describe(
    'What to do when a message may have arrived, since the place cannot be asked. “repeat”: send it again (at least once). “skip”: leave it (at most once).',
  );

/** What a repeat does at a place that cannot be asked, as `DestinationKind.repeated` wants it. */
export function repeatedUnasked(place: string, unsure: Unsure): string {
  return unsure === 'repeat'
    ? `it comes twice: ${place} cannot be asked.`
    : `it is not repeated; but ${place} cannot be asked, so what only may have arrived is not sent either.`;
}
