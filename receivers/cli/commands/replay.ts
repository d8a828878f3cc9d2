import type { Command } from 'commander';
import { withAccessOptions } from '../access-options.ts';
import { timeOrDay, wholeNumber } from '../option-values.ts';
import type { ReplayOptions } from '../replay.ts';
import type { Terminal } from '../terminal.ts';

/** `replay`: sends dead letters, an event, or all events of a span, again. */
export function defineCommand(command: Command, terminal: Terminal): void {
  withAccessOptions(command)
    .option('--destination <name>', 'all dead letters of this destination')
    .option('--cause <cause>', 'with --destination: only those with this cause, as the list names it')
    .option(
      '--letter <id>',
      'one dead letter, by the id of its delivery',
      wholeNumber(0, Number.MAX_SAFE_INTEGER, 'Write the number that the list shows before the event.'),
    )
    .option('--event <key>', 'an event, to the destinations of --to')
    .option('--to <destinations...>', 'with --event or --from: the destinations')
    .option(
      '--from <time>',
      'all events received at this time or later, to the destinations of --to',
      timeOrDay,
    )
    .option('--until <time>', 'with --from: only events received before this time', timeOrDay)
    .option('--experience <id>', 'with --from: only events of this experience')
    .option('--source <name>', 'with --from: only events of this source')
    .option('--dry-run', 'say what would happen, and do nothing')
    .action(async (options: ReplayOptions) =>
      (await import('../replay.ts')).replayChosen(terminal, command, options),
    );
}
