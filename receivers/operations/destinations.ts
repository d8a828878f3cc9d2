import { howToRun } from '../base/how-to-run.ts';
import { type Checked, Checks } from './checks.ts';
import { deliveryEffect, describedByName } from './described-destinations.ts';
import { type DestinationReport, destinationReport } from './destination-report.ts';
import { OperationFault, requireKnown } from './fault.ts';
import type { OperationServices } from './services.ts';

export function destinationOperations(services: OperationServices) {
  const { ledger, running, now } = services;
  const names = services.destinations.map(({ name }) => name);
  const checks = running === null ? null : new Checks(running.destinations, running.onChecked);
  return {
    async destinations(): Promise<DestinationReport[]> {
      const [health, depths] = await Promise.all([ledger.health(), ledger.depths()]);
      const known = new Set([...names, ...depths.map(({ destination }) => destination)]);
      return [...known].map((name) => {
        const { title, internal } = describedByName(name, services.destinations);
        return destinationReport(
          {
            name,
            title,
            internal,
            effect: deliveryEffect(name, services.destinations, services.configuration),
            current: names.includes(name),
          },
          health.find(({ destination }) => destination === name),
          depths.find(({ destination }) => destination === name),
          now(),
        );
      });
    },

    async checks(): Promise<Record<string, Checked | null>> {
      return Object.fromEntries(
        [...(running?.destinations.keys() ?? [])].map((name) => [name, checks?.known(name, now()) ?? null]),
      );
    },

    async check(destination: string) {
      requireKnown('destination', destination, names);
      if (checks === null) {
        throw new OperationFault(
          `Only a running receiver checks its destinations. Start it with: ${howToRun('start')}`,
        );
      }
      return await checks.run(destination, now());
    },

    async deliverNow(key: string, deliveryId: number) {
      const delivery = (await ledger.deliveries(key)).find(({ id }) => id === deliveryId);
      if (delivery === undefined) {
        return null;
      }
      const due = await ledger.deliverNow(deliveryId);
      if (due) {
        await ledger.resume(delivery.destination);
      }
      return due;
    },

    async resume(destination: string) {
      requireKnown('destination', destination, names);
      await ledger.resume(destination);
    },
  };
}
