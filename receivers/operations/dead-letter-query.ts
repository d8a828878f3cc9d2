import { z } from 'zod';
import type { DeadLetterSelection } from './dead-letters.ts';
import { optional, time } from './event-query.ts';

/** How the API and the pages select dead letters. */
export const deadLetterQuery = z.object({
  destination: optional(z.string().max(64)).describe('Only those of this destination.'),
  cause: optional(z.string().max(64)).describe('Only those with this cause, as the list names it.'),
  id: optional(z.coerce.number().int()).describe('Only the one with this delivery id.'),
  from: optional(time).describe('Failed at this time or later: ISO 8601, or a day in UTC.'),
  to: optional(time).describe('Failed before this time.'),
});

/** The selection for a query. */
export function selectionOf({ id, ...query }: z.output<typeof deadLetterQuery>): DeadLetterSelection {
  const named = Object.entries(query).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(named), ...(id !== undefined && { ids: [id] }) };
}
