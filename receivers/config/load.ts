import { readFileSync } from 'node:fs';
import { isRecord } from '../../shared/events.ts';
import { suggestion } from '../base/nearest.ts';
import { milliseconds } from '../base/setting-values.ts';
import { NOTHING_STORED, type StoredSettings } from '../contract/connection.ts';
import type { DestinationKind } from '../contract/destination.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import { proxyProblem } from '../outgoing/proxies.ts';
import type { Known } from '../routes/route.ts';
import { unknownName } from '../routes/settings.ts';
import type { Loaded } from './configuration.ts';
import type { SettingsFile } from './file/file.ts';
import { readSettingsFile } from './file/read-file.ts';
import { noticesOf } from './notices.ts';
import { readDestinations } from './reading/destinations.ts';
import { overlaid } from './reading/overlay.ts';
import { readRoutes } from './reading/routing.ts';
import { readSources } from './reading/sources.ts';
import { fileLists, TOP_LEVEL } from './settings/receivers-file.ts';
import { type Settings, settings } from './settings/settings.ts';
import { SETTING_LINES } from './settings/table.ts';
import type { Fault } from './values/faults.ts';
import { inside, type Place, validate } from './values/validate.ts';
import type { Environment } from './values/variables.ts';

export type { Loaded } from './configuration.ts';
export { describeFaults, type Fault } from './values/faults.ts';

export interface LoadOptions {
  environment: Environment;
  /** Reads a file as text, or throws as `readFileSync` does. */
  readFile?(path: string): string;
  /** The folder of the settings file. Default: the current one. */
  cwd?: string;
  /** The kinds of destinations. Default: all. */
  kinds?: readonly DestinationKind[];
  /**
   * What was set in the console. `unread` if the ledger is opened later: names that the settings do not know may be
   * there, so they are no faults yet. Default: nothing.
   */
  stored?: StoredSettings | 'unread';
}

/**
 * Reads all settings: receivers.yaml (or CONFIG_FILE), overridden by the environment, plus the settings of the console.
 * If the file lists destinations, the environment adds none. An empty environment variable counts as not set. Gives a
 * complete configuration or all faults. Never throws.
 */
export function loadConfiguration({
  environment,
  readFile = (path) => readFileSync(path, 'utf8'),
  cwd = '.',
  kinds = DESTINATION_KINDS,
  stored = NOTHING_STORED,
}: LoadOptions): Loaded {
  const file = readSettingsFile(environment, readFile, cwd);
  return merged({ environment, file, kinds }, stored);
}

/** What the start gave, which stays the same while the receiver runs. */
interface Given {
  environment: Environment;
  file: SettingsFile;
  kinds: readonly DestinationKind[];
}

function merged(given: Given, stored: StoredSettings | 'unread'): Loaded {
  const { environment, file, kinds } = given;
  const { content } = file;
  const table = overlaid(file, environment);
  const values = validate(settings, table.value, table.place);
  if (!file.readable) {
    return { ok: false, faults: [...file.faults, ...values.faults] };
  }

  const added = stored === 'unread' ? NOTHING_STORED : stored;
  const sources = readSources(content.sources, inside(file, 'sources'), environment, added.connections);
  const general = values.value ?? settings.parse({});
  const destinations = readDestinations({ file, environment, kinds, general }, added.connections);
  const known: Known = {
    destinations: [...new Set(destinations.names)],
    sources: [...new Set(sources.names)],
  };
  const mode = validate(fileLists.routing, content.routing, inside(file, 'routing'));
  const named = stored === 'unread' ? null : known;
  const routes = readRoutes(content.routes, inside(file, 'routes'), known, {
    named,
    stored: added.connections,
  });
  const faults = [
    ...file.faults,
    ...unknownKeys(file),
    ...values.faults,
    ...sources.faults,
    ...destinations.faults,
    ...mode.faults,
    ...routes.faults,
    ...(named === null ? [] : unknownNames(table.value, table.place, named)),
    ...proxyFaults(environment),
  ];
  if (faults.length > 0 || values.value === null || mode.value === null) {
    return { ok: false, faults: inOrder(faults, file) };
  }

  const configuration = {
    ...withTimeZones(values.value),
    reports: { locale: values.value.locale, thresholds: values.value.verdict },
    file: file.name === '' ? null : file.name,
    sources: sources.value,
    destinations: destinations.value,
    routing: {
      mode: mode.value,
      routes: routes.value,
      quietMs: milliseconds(values.value.updates.quietSeconds),
    },
    connections: [...sources.connections, ...destinations.connections, ...routes.connections],
    heldSources: sources.held,
    heldDestinations: destinations.held,
    stored: added,
    withStored: (others: StoredSettings) => merged(given, others),
  };
  return {
    ok: true,
    configuration: { ...configuration, notices: noticesOf(configuration, file, environment, kinds) },
  };
}

/** Reports without a time zone of their own use the general one. */
function withTimeZones(value: Settings) {
  const { digest, overview, timeZone } = value;
  return {
    ...value,
    digest: { ...digest, timeZone: digest.timeZone ?? timeZone },
    overview: { ...overview, timeZone: overview.timeZone ?? timeZone },
  };
}

/** The proxies of the environment apply to everything outgoing, and are read when it is opened. */
function proxyFaults(environment: Environment): Fault[] {
  const problem = proxyProblem(environment);
  return problem === null ? [] : [{ where: problem.variable, message: problem.message }];
}

function unknownKeys({ content, where }: SettingsFile): Fault[] {
  return Object.keys(content)
    .filter((key) => !TOP_LEVEL.includes(key))
    .map((key) => {
      const guess = suggestion(key, TOP_LEVEL) || ` Known here: ${TOP_LEVEL.join(', ')}.`;
      return { where: where([key]), message: `There is no such setting.${guess}` };
    });
}

/** Settings that name destinations which do not exist. */
function unknownNames(written: unknown, { where }: Place, { destinations }: Known): Fault[] {
  return SETTING_LINES.filter(({ destination }) => destination).flatMap(({ path, schema }) => {
    const read = schema.safeParse(
      path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : null), written),
    );
    return [read.data ?? []]
      .flat()
      .map(String)
      .filter((name) => !destinations.includes(name))
      .map((name) => ({ where: where(path), message: unknownName('destination', name, destinations) }));
  });
}

/** In the order of the file. If a variable is not set, other faults of the same value only follow from that. */
function inOrder(faults: readonly Fault[], file: SettingsFile): Fault[] {
  const unset = new Set(file.faults.map(({ where }) => where));
  const line = ({ where }: Fault) => Number(/:(\d+)( |$)/.exec(where)?.[1] ?? 0);
  return faults
    .filter((fault) => file.faults.includes(fault) || !unset.has(fault.where))
    .sort((one, other) => line(one) - line(other));
}
