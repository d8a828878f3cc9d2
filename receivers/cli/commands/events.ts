import type { Command } from 'commander';
import { DELIVERY_STATES } from '../../contract/delivery.ts';
import { withAccessOptions } from '../access-options.ts';
import type { ListOptions, ShowOptions } from '../events.ts';
import { wholeNumber } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';

const limit = wholeNumber(1, 500, 'Write a number from 1 to 500.');

/** `events`: what arrived, and what became of it. */
export function defineCommand(events: Command, terminal: Terminal): void {
  withFilters(events.command('list', { isDefault: true }).description('list events, newest first'))
    .option('--limit <number>', 'how many', limit, 20)
    .action(async (options: ListOptions, command: Command) =>
      (await import('../events.ts')).list(terminal, command, options),
    );
  withAccessOptions(
    events
      .command('show')
      .description('show an event with its deliveries, all attempts, and its body')
      .argument('<key>', 'the event’s key')
      .option('--json', 'as JSON')
      .option('--body', 'only the body, byte for byte'),
  ).action(async (key: string, options: ShowOptions, command: Command) =>
    (await import('../events.ts')).show(terminal, command, key, options),
  );
  withFilters(events.command('follow').description('print events as they arrive; end with Ctrl+C'))
    .option('--limit <number>', 'how many earlier ones to begin with', limit, 5)
    .action(async (options: ListOptions, command: Command) =>
      (await import('../events.ts')).follow(terminal, command, options),
    );
}

function withFilters(command: Command): Command {
  return withAccessOptions(command)
    .option('--search <text>', 'part of an experience’s name, its id, or an event’s key')
    .option('--action <action>', 'only this action: startExperience …')
    .option('--experience <id>', 'only this experience')
    .option('--source <name>', 'only this source')
    .option('--destination <name>', 'only with a delivery for this destination')
    .option('--state <state>', `only with a delivery in this state: ${DELIVERY_STATES.join(', ')}`)
    .option('--from <time>', 'received at this time or later: 2026-10-10 or 2026-10-10T12:00:00Z')
    .option('--to <time>', 'received before this time')
    .option('--json', 'as JSON, an event per line');
}
