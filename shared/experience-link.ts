/** Where people open an experience: web addresses with `{id}` for its id. */
export interface ExperienceAddresses {
  experiment: string;
  personalization: string;
}

/**
 * The vendor's addresses: `/experiment/{id}` from four of its guides, `/personalization/{id}` from a public test.
 */
export const INTELLIGEMS_ADDRESSES: ExperienceAddresses = {
  experiment: 'https://app.intelligems.io/experiment/{id}',
  personalization: 'https://app.intelligems.io/personalization/{id}',
};

/** The address of an experience in Intelligems, by its category; by its type if it has no category. */
export function experienceLink(
  { id, category, type }: { id: string; category?: string | null; type?: string | null },
  addresses: ExperienceAddresses = INTELLIGEMS_ADDRESSES,
): string {
  const page = (category || type) === 'personalization' ? 'personalization' : 'experiment';
  return addresses[page].replaceAll('{id}', () => encodeURIComponent(id));
}
