import type { Logger } from 'pino';
import type {
  ConfiguredDestination,
  DestinationDescription,
  OpenDestination,
  OpenDestinations,
  Services,
} from '../contract/destination.ts';
import { settingName } from './setting-name.ts';

/**
 * Opens every destination of the settings, without touching the network.
 *
 * @param shared what all destinations get
 */
export async function openDestinations(
  configured: readonly ConfiguredDestination[],
  log: Logger,
  shared: Pick<Services, 'sharers' | 'hideSecrets'> = {},
): Promise<OpenDestinations> {
  const open = await Promise.all(
    configured.map(async (each): Promise<OpenDestination> => {
      const { name, kind, settings } = each;
      const services = {
        name,
        setting: settingName(each),
        log: log.child({ destination: name }),
        now: Date.now,
        ...shared,
      };
      const destination = await kind.open(settings, services);
      return { ...describeDestination(each), concurrency: kind.concurrency, destination };
    }),
  );
  return new Map(open.map((each) => [each.name, each]));
}

/** Closes all destinations. */
export async function closeDestinations(destinations: OpenDestinations): Promise<void> {
  await Promise.all([...destinations.values()].map(({ destination }) => destination.close()));
}

/** How people see a destination of the settings: by its kind's title, with its name if that says more. */
export function describeDestination({
  name,
  kind,
  settings,
  title,
}: Pick<ConfiguredDestination, 'name' | 'kind' | 'settings' | 'title'>): DestinationDescription {
  const usual = kind.kind === name ? kind.title : `${kind.title} (${name})`;
  return { name, title: title ?? usual, repeated: kind.repeated(settings), internal: false };
}
