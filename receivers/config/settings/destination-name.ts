import { z } from 'zod';

/** The name of a destination in receivers.yaml. */
export const destinationName = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'Write 1 to 64 letters, digits, - and _.')
  .describe('The name that routes use. Default: the type.');
