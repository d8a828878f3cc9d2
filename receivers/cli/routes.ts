import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { type ExperienceEvent, parseEvent } from '../../shared/events.ts';
import { nameWords } from '../../shared/words.ts';
import { describeFaults, loadConfiguration } from '../config/load.ts';
import { explainRoutes } from '../routes/explain.ts';
import { planDeliveries } from '../routes/plan.ts';
import type { Routing } from '../routes/route.ts';

/** The exit code for a fault in the settings (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;

interface RoutesOptions {
  event: string;
  source?: string;
  config?: string;
  at?: number;
}

/** Adds `routes`: which routes an event would take, and why. Nothing is sent. */
export function addRoutesCommand(program: Command): void {
  program
    .command('routes')
    .description('tell which routes an event would take, and why; nothing is sent')
    .requiredOption('--event <file>', 'a webhook body as JSON, or - to read it from the standard input')
    .option('--source <name>', 'the source it comes through (default: each of the settings)')
    .option('--config <file>', 'the settings file (default: CONFIG_FILE, or receivers.yaml)')
    .option('--at <time>', 'as if it came then: 2026-10-10T23:00:00Z (default: now)', readTime)
    .action((options: RoutesOptions, command: Command) => {
      const event = readEvent(options.event, command);
      const loaded = loadConfiguration({
        environment: { ...process.env, ...(options.config !== undefined && { CONFIG_FILE: options.config }) },
      });
      if (!loaded.ok) {
        command.error(describeFaults(loaded.faults), { exitCode: EX_CONFIG });
      }
      const { routing, sources } = loaded.configuration;
      const known = sources.map(({ name }) => name);
      if (options.source !== undefined && !known.includes(options.source)) {
        command.error(`There is no source “${options.source}”. Known: ${known.join(', ')}.`);
      }
      const asked = options.source === undefined ? known : [options.source];
      command.configureOutput().writeOut?.(toldForEach(routing, event, asked, options.at ?? Date.now()));
    });
}

/** What becomes of the event, once for all sources for which it is the same. */
function toldForEach(
  routing: Routing,
  event: ExperienceEvent,
  sources: readonly string[],
  now: number,
): string {
  const alike = Map.groupBy(sources, (source) => told(routing, event, source, now));
  return [...alike]
    .map(([words, through]) => {
      const which = `through the ${through.length === 1 ? 'source' : 'sources'} ${through.join(', ')}`;
      return `${event.action} of ${printable(nameWords(event.experience))}, ${which}:\n${words}`;
    })
    .join('\n');
}

function told(routing: Routing, event: ExperienceEvent, source: string, now: number): string {
  const routes = explainRoutes(routing, event, { source, now });
  const deliveries = planDeliveries(routing, event, { source, now });
  const summary =
    deliveries.length === 0
      ? 'It goes nowhere.'
      : `It goes to ${deliveries.map(({ destination }) => destination).join(', ')}.`;
  return [
    ...routes.map(({ route, matches, words }) => `  ${matches ? '✓' : '✗'} ${route}: ${printable(words)}`),
    summary,
    '',
  ].join('\n');
}

/** Without control characters, which would steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

function readEvent(file: string, command: Command): ExperienceEvent {
  let body: Buffer;
  try {
    body = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    return command.error(`The event cannot be read: ${(error as Error).message}.`);
  }
  const parsed = parseEvent(body);
  return parsed.ok ? parsed.event : command.error(`${file} is no event: ${parsed.hint}`);
}

function readTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('Write a time such as 2026-10-10T23:00:00Z.');
  }
  return time;
}
