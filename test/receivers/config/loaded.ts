import type { Configuration } from '../../../receivers/config/configuration.ts';
import {
  describeFaults,
  type Fault,
  type Loaded,
  loadConfiguration,
} from '../../../receivers/config/load.ts';
import { KINDS } from './kinds.ts';

export type Variables = Record<string, string>;

/** Reads settings from an environment and the text of receivers.yaml, if given. */
export function load(environment: Variables, yaml?: string): Loaded {
  return loadConfiguration({
    environment,
    kinds: KINDS,
    readFile: (path) => {
      if (yaml === undefined) {
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
      }
      return yaml;
    },
  });
}

/** The configuration; a fault is a failure. */
export function loaded(environment: Variables, yaml?: string): Configuration {
  const result = load(environment, yaml);
  if (!result.ok) {
    throw new Error(describeFaults(result.faults));
  }
  return result.configuration;
}

/** The faults as lines of “where: message”. */
export function faultsOf(environment: Variables, yaml?: string): string[] {
  const result = load(environment, yaml);
  return result.ok ? [] : result.faults.map(({ where, message }: Fault) => `${where}: ${message}`);
}
