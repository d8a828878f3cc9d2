/** A delivery's id is its event's sequence times this, plus a number within the event. */
export const IDS_PER_EVENT = 1_000;

/** The first and the last id that a delivery of the event can have. */
export function deliveryIds(sequence: number): [first: number, last: number] {
  return [sequence * IDS_PER_EVENT, sequence * IDS_PER_EVENT + IDS_PER_EVENT - 1];
}

/** What orders a delivery `d` of the event `e`: see receivers/contract/experience-key.ts. */
export const ORDERING_KEY = "COALESCE(d.ordering_key, e.source || ':' || e.experience_id, e.key)";
