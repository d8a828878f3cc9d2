import type { Command } from 'commander';
import { connectTo } from '../operations/find-receiver.ts';
import type { Operations } from '../operations/operations.ts';
import { type ExplainedEvent, type RoutedEvent, routeOperations } from '../operations/routes.ts';
import type { AccessOptions } from './access-options.ts';
import { readInput } from './files.ts';
import { oneLine } from './lines.ts';
import { findReceiver, orFail } from './receiver-access.ts';
import { wholeSettingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface RoutesOptions extends AccessOptions {
  event: string;
  source?: string;
  config?: string;
  at?: number;
}

/** Prints which routes an event takes. */
export function explainRoutes(terminal: Terminal, command: Command, options: RoutesOptions): Promise<void> {
  return orFail(terminal, async () => {
    const body = await readEvent(terminal, options.event);
    const operations = await routeExplainer(terminal, command, options);
    const at = options.at ?? Date.now();
    const explained = await operations.explainRoutes(body, options.source ?? null, at);
    terminal.print(explained.outcomes.map((outcome) => outcomeText(explained, outcome)).join('\n'));
  });
}

/** The running receiver, unless a file is given; if none runs, the settings of this terminal. */
async function routeExplainer(
  terminal: Terminal,
  command: Command,
  options: RoutesOptions,
): Promise<Pick<Operations, 'explainRoutes'>> {
  const place = options.config === undefined ? await findReceiver(terminal, options) : null;
  if (place === null) {
    const changes: Record<string, string> =
      options.config === undefined ? {} : { CONFIG_FILE: options.config };
    return routeOperations(await wholeSettingsOf(terminal, command, changes));
  }
  terminal.printError(
    `With the settings of the receiver that runs on ${place.url}. For another settings file, use --config FILE.`,
  );
  return connectTo(place);
}

function outcomeText(
  { action, experience }: ExplainedEvent,
  { sources, routes, destinations }: RoutedEvent,
): string {
  return [
    `${action} of ${oneLine(experience)}, through the ${sources.length === 1 ? 'source' : 'sources'} ${sources.join(', ')}:`,
    ...routes.map(({ route, matches, words }) => `  ${matches ? '✓' : '✗'} ${route}: ${oneLine(words)}`),
    destinations.length === 0 ? 'It goes nowhere.' : `It goes to ${destinations.join(', ')}.`,
    '',
  ].join('\n');
}

async function readEvent(terminal: Terminal, file: string): Promise<string> {
  try {
    return (await readInput(terminal, file)).toString();
  } catch (error) {
    throw new Error(`The event cannot be read: ${(error as Error).message}.`);
  }
}
