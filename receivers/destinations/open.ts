import type { Logger } from 'pino';
import type { Destination, DestinationKind } from './contract.ts';
import { settingName } from './setting-name.ts';

/** A destination as the settings name it, with settings that its kind has validated. */
export interface ConfiguredDestination {
  name: string;
  kind: DestinationKind;
  settings: unknown;
  /** The settings file that lists it; null where environment variables switched it on. */
  file: string | null;
}

export interface OpenDestinations {
  open: ReadonlyMap<string, Destination>;
  /** What the delivery queue has to serve. */
  queues: { name: string; concurrency: number }[];
  close(): Promise<void>;
}

/** Opens every destination of the settings, without touching the network. */
export async function openDestinations(
  configured: readonly ConfiguredDestination[],
  log: Logger,
  sharers: () => number = () => 1,
): Promise<OpenDestinations> {
  const open = new Map<string, Destination>();
  await Promise.all(
    configured.map(async (destination) => {
      const { name, kind, settings } = destination;
      const services = {
        name,
        setting: settingName(destination),
        log: log.child({ destination: name }),
        now: Date.now,
        sharers,
      };
      open.set(name, await kind.open(settings, services));
    }),
  );
  return {
    open,
    queues: configured.map(({ name, kind }) => ({ name, concurrency: kind.concurrency })),
    async close() {
      await Promise.all([...open.values()].map((destination) => destination.close()));
    },
  };
}
