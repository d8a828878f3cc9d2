import { z } from 'zod';
import { describeFaults, loadConfiguration } from '../../../receivers/config/load.ts';
import type { DestinationKind } from '../../../receivers/contract/destination.ts';
import type { Routing } from '../../../receivers/routes/route.ts';

const PLACE: DestinationKind = {
  kind: 'place',
  title: 'Place',
  settings: z.strictObject({}),
  environment: {},
  repeated: () => '',
  concurrency: 1,
  example: {},
  preview: () => ({ text: '', document: { type: 'text', content: '' } }),
  open: () => Promise.reject(new Error('Nothing is opened while routes are planned.')),
};

const BEFORE = `
sources:
  - {name: default}
  - {name: shop, secrets: s}
destinations:
  - {name: one, type: place}
  - {name: two, type: place}
  - {name: three, type: place}
`;

/** The routes as they are written in receivers.yaml, with the destinations `one`, `two` and `three`. */
export function routesFrom(yaml = ''): Routing {
  const result = loadConfiguration({ environment: {}, kinds: [PLACE], readFile: () => BEFORE + yaml });
  if (!result.ok) {
    throw new Error(describeFaults(result.faults));
  }
  return result.configuration.routing;
}
