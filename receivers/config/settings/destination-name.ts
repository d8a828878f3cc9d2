import { z } from 'zod';
import { list } from '../../base/setting-values.ts';

/** The name of a destination in receivers.yaml. */
export const destinationName = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'Write 1 to 64 letters, digits, - and _.')
  .describe('The name that routes use. Default: the type.');

/** The names of destinations that a setting sends something to. */
export function destinationNames() {
  return list(z.string(), 'Write the names of destinations, as a list or with commas between them.');
}
