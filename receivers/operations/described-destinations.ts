import type { Configuration } from '../config/configuration.ts';
import type { DestinationDescription } from '../contract/destination.ts';
import { describeDestination } from '../destinations/open.ts';
import { PREVIEW_KIND } from '../destinations/preview/definition.ts';
import { ENRICHMENT_DESTINATIONS } from '../intelligems/enrichment.ts';
import { LIFECYCLE_DESTINATION } from '../lifecycle/destination.ts';
import { ZAPIER_DESTINATIONS } from '../zapier/zapier.ts';

const ZAPIER: readonly DestinationDescription[] = Object.values(ZAPIER_DESTINATIONS);
const WITH_TOKEN: readonly DestinationDescription[] = [...ENRICHMENT_DESTINATIONS, LIFECYCLE_DESTINATION];
const ADDED: readonly DestinationDescription[] = [...WITH_TOKEN, ...ZAPIER];

/** Everything that takes deliveries under these settings, without opening it. */
export function describedDestinations({
  destinations,
  sources,
  zapier,
}: Pick<Configuration, 'destinations' | 'sources' | 'zapier'>): DestinationDescription[] {
  return [
    ...destinations.map(describeDestination),
    ...(sources.some(({ accessToken }) => accessToken !== null) ? WITH_TOKEN : []),
    ...(zapier.apiKey === null ? [] : ZAPIER),
  ];
}

/**
 * How people see a destination that has deliveries, even if the settings no longer name it: its deliveries outlive
 * it.
 *
 * @param current those of the settings
 */
export function describedByName(
  name: string,
  current: readonly DestinationDescription[],
): DestinationDescription {
  const found = [...current, ...ADDED].find((each) => each.name === name);
  return found ?? { name, title: name, repeated: null, internal: false };
}

/** What sending again does if an earlier attempt arrived after all, as a sentence; null if nothing is sent. */
export function repeatWords({ repeated }: Pick<DestinationDescription, 'repeated'>): string | null {
  return repeated === null ? null : `If an earlier attempt arrived after all, ${repeated}`;
}

/** What a delivery to a destination does: it sends something to people, prints it in the log, or is internal. */
export type DeliveryEffect = 'sends' | 'prints' | 'internal';

export function deliveryEffect(
  name: string,
  current: readonly DestinationDescription[],
  { destinations }: Pick<Configuration, 'destinations'>,
): DeliveryEffect {
  if (describedByName(name, current).internal) {
    return 'internal';
  }
  const kind = destinations.find((destination) => destination.name === name)?.kind.kind;
  return kind === PREVIEW_KIND ? 'prints' : 'sends';
}
