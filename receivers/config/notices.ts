import { nearest } from '../base/nearest.ts';
import type { DestinationKind } from '../contract/destination.ts';
import type { Configuration } from './configuration.ts';
import type { SettingsFile } from './file/file.ts';
import { variablesOf } from './reading/destinations.ts';
import { SOURCE_ENVIRONMENT } from './settings/sources.ts';
import { SETTING_LINES } from './settings/table.ts';
import { type Environment, variable } from './values/variables.ts';

/** Shorter names of the environment may be close to a setting's by chance. */
const SHORTEST_NAME = 8;

/** What is no fault of the settings but may surprise, in sentences. */
export function noticesOf(
  configuration: Omit<Configuration, 'notices'>,
  file: SettingsFile,
  environment: Environment,
  kinds: readonly DestinationKind[],
): string[] {
  return [
    ...unusedVariables(file, environment, kinds),
    ...misspeltVariables(file, environment, kinds),
    ...idleDestinations(configuration),
    ...lonelyRole(configuration),
    ...oneTokenForBoth(configuration),
  ];
}

function unusedVariables(
  { name, content, used }: SettingsFile,
  environment: Environment,
  kinds: readonly DestinationKind[],
): string[] {
  const unused = kinds
    .flatMap((kind) => variablesOf(kind, environment))
    .filter((variableName) => !used.has(variableName));
  return content.destinations == null || unused.length === 0
    ? []
    : [
        `Of no effect, because ${name} lists the destinations: ${unused.join(', ')}. Use them there as \${NAME}, or take them away.`,
      ];
}

function misspeltVariables(
  { used }: SettingsFile,
  environment: Environment,
  kinds: readonly DestinationKind[],
): string[] {
  const known = [
    'CONFIG_FILE',
    ...SETTING_LINES.map((line) => line.environment),
    ...Object.keys(SOURCE_ENVIRONMENT),
    ...kinds.flatMap((kind) => Object.keys(kind.environment)),
  ];
  return Object.keys(environment)
    .filter((name) => name.length >= SHORTEST_NAME && variable(environment, name) !== undefined)
    .filter((name) => !known.includes(name) && !used.has(name))
    .flatMap((name) => {
      const meant = nearest(name, known);
      return meant === null || meant.length < SHORTEST_NAME
        ? []
        : [`The environment variable ${name} is no setting. If you meant ${meant}, rename it.`];
    });
}

function idleDestinations({
  destinations,
  routing,
  alerts,
  digest,
  milestones,
  overview,
  results,
}: Omit<Configuration, 'notices'>): string[] {
  const busy = new Set([
    ...routing.routes.filter(({ mute }) => !mute).flatMap(({ to }) => to),
    ...digest.to,
    ...milestones.to,
    ...overview.to,
    ...(results.to ?? []),
    alerts.destination,
  ]);
  return destinations
    .filter(({ name }) => !busy.has(name))
    .map(({ name }) => `No route leads to the destination ${name}: it gets no events.`);
}

/** The embedded storage has room for one process: no other one can do the rest. */
function lonelyRole({ role, storage }: Omit<Configuration, 'notices'>): string[] {
  return role === 'accept' && storage.databaseUrl === null
    ? [
        'This process accepts webhooks and delivers none, and no other can use its embedded storage: ' +
          'set DATABASE_URL, so that one with the role deliver can, or leave the role away.',
      ]
    : [];
}

function oneTokenForBoth({ console: { token, viewerToken } }: Omit<Configuration, 'notices'>): string[] {
  return token === null || token !== viewerToken
    ? []
    : [
        'CONSOLE_VIEWER_TOKEN is the same as CONSOLE_TOKEN: whoever has it may change things. Set another one.',
      ];
}
