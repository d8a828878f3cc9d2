import { z } from 'zod';
import type { Unsure } from './webhook-destination.ts';

/** The setting for messages that may have arrived at a service that cannot be asked. */
export const unsureSetting = z
  .enum(['repeat', 'skip'], { error: 'Write “repeat” or “skip”.' })
  .default('repeat')
  .describe(
    'What to do with a message that may have arrived, because the service cannot be asked. “repeat” sends it again (at least once), “skip” does not (at most once).',
  );

/** What repeating a message does at a service that cannot be asked, as `DestinationKind.repeated` wants it. */
export function repeatedUnasked(service: string, unsure: Unsure): string {
  return unsure === 'repeat'
    ? `it appears twice: ${service} cannot be asked.`
    : `it is not sent again. ${service} cannot be asked, so a message that only may have arrived is not sent again either.`;
}
