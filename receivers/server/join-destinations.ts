import type { OpenDestination, OpenDestinations } from '../contract/destination.ts';

/**
 * The destinations of the settings, together with those that the receiver adds itself. Throws if a destination of
 * the settings has the name of one of these.
 */
export function joinDestinations(
  configured: OpenDestinations,
  added: readonly OpenDestination[],
): OpenDestinations {
  for (const { name, title } of added) {
    if (configured.has(name)) {
      throw new Error(
        `A destination in receivers.yaml is named ${name}, which the receiver uses for “${title}”. Give it another name.`,
      );
    }
  }
  return new Map([...configured, ...added.map((each) => [each.name, each] as const)]);
}
