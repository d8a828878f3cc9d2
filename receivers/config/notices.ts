import { nearest } from '../base/nearest.ts';
import type { DestinationKind } from '../contract/destination.ts';
import { actingNotices } from './acting-notices.ts';
import type { Configuration } from './configuration.ts';
import type { SettingsFile } from './file/file.ts';
import { variablesOf } from './reading/destinations.ts';
import { SOURCE_ENVIRONMENT } from './settings/sources.ts';
import { SETTING_LINES } from './settings/table.ts';
import { type Environment, variable } from './values/variables.ts';

/** Shorter names may be close to that of a setting by chance, in characters. */
const SHORTEST_NAME = 8;

/** Sentences about settings that are valid but may surprise. */
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
    ...actingNotices(configuration),
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
        `${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} no effect, because ${name} lists the destinations. Use \${NAME} there, or remove ${unused.length === 1 ? 'the variable' : 'the variables'}.`,
      ];
}

function misspeltVariables(
  { used }: SettingsFile,
  environment: Environment,
  kinds: readonly DestinationKind[],
): string[] {
  const known = [
    'CONFIG_FILE',
    'ENV_FILE',
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
        : [`The environment variable ${name} is not a setting. If you meant ${meant}, rename it.`];
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
  health,
}: Omit<Configuration, 'notices'>): string[] {
  const busy = new Set([
    ...routing.routes.filter(({ mute }) => !mute).flatMap(({ to }) => to),
    ...digest.to,
    ...milestones.to,
    ...overview.to,
    ...(results.to ?? []),
    ...(health.to ?? []),
    alerts.destination,
  ]);
  return destinations
    .filter(({ name }) => !busy.has(name))
    .map(({ name }) => `No route uses the destination ${name}, so it gets no events.`);
}

/** Only one process can use the embedded ledger. */
function lonelyRole({ role, storage }: Omit<Configuration, 'notices'>): string[] {
  return role === 'accept' && storage.databaseUrl === null
    ? [
        'This process only accepts webhooks, and no other process can deliver from its embedded ledger. ' +
          'Set DATABASE_URL for a second process with the role deliver, or remove the role.',
      ]
    : [];
}

function oneTokenForBoth({ console: { token, viewerToken } }: Omit<Configuration, 'notices'>): string[] {
  return token === null || token !== viewerToken
    ? []
    : [
        'CONSOLE_VIEWER_TOKEN is the same as CONSOLE_TOKEN, so viewers can change things. Use two different tokens.',
      ];
}
