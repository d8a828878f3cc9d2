import type { Logger } from 'pino';
import type { ConfiguredDestination, Destination, OpenDestinations } from '../contract/destination.ts';
import { settingName } from './setting-name.ts';

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
