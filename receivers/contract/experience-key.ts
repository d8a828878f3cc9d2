/**
 * Identifies an experience. The id alone does not: a source can post any id, so the source whose secret proved the
 * request is part of the identity. Use it for whatever is remembered or shown of an experience.
 *
 * @param source a source's name: letters, digits, `_` and `-`, so that no two pairs share a key
 */
export function experienceKey(source: string, experienceId: string): string {
  return `${source}:${experienceId}`;
}

/** Orders deliveries: those of one experience stay in order, an event without an experience waits for nothing. */
export function orderingKey(event: { source: string; experienceId: string | null; key: string }): string {
  return event.experienceId === null ? event.key : experienceKey(event.source, event.experienceId);
}
