import type { Command } from 'commander';
import { withAccessOptions } from '../access-options.ts';
import { timeOption } from '../option-values.ts';
import type { RoutesOptions } from '../routes.ts';
import type { Terminal } from '../terminal.ts';

/** `routes`: which routes an event takes, and why. Nothing is sent. */
export function defineCommand(command: Command, terminal: Terminal): void {
  withAccessOptions(command)
    .requiredOption('--event <file>', 'a webhook body as JSON; - for the standard input')
    .option('--source <name>', 'the source it comes through (default: each of the settings)')
    .option(
      '--config <file>',
      'use this settings file (default: the settings of the running receiver, or those of this terminal)',
    )
    .option('--at <time>', 'as if it arrived then: 2026-10-10T23:00:00Z (default: now)', timeOption)
    .action(async (options: RoutesOptions) =>
      (await import('../routes.ts')).explainRoutes(terminal, command, options),
    );
}
