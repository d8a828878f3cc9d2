/**
 * Where people open an experience in Intelligems, by its category. From the vendor's guides
 * (`/experiment/{id}`, four of them) and its public tests (`/personalization/{id}`).
 */
export function experienceLink({ id, category }: { id: string; category?: string | null }): string {
  const page = category === 'personalization' ? 'personalization' : 'experiment';
  return `https://app.intelligems.io/${page}/${encodeURIComponent(id)}`;
}
