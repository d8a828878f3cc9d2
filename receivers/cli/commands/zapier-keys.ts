import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import type { KeysWork } from '../zapier-keys.ts';

/** `zapier-keys`: the keys of the Zapier app's connections, and the Zaps that use them. */
export function defineCommand(keys: Command, terminal: Terminal): void {
  const run = async (command: Command, work: KeysWork) =>
    (await import('../zapier-keys.ts')).runOnLedger(terminal, command, work);
  keys
    .command('list', { isDefault: true })
    .description('list the keys')
    .action((_options: unknown, command: Command) => run(command, { what: 'list' }));
  keys
    .command('make')
    .argument('<source>', 'the source whose events the key gives access to')
    .option('--name <name>', 'what to call it, such as who uses it', '')
    .description('make a key for a source; it is shown once')
    .action((source: string, { name }: { name: string }, command: Command) =>
      run(command, { what: 'make', source, name }),
    );
  keys
    .command('revoke')
    .argument('<id>', 'the id of the key, as the list shows it')
    .description('make a key invalid, and end the subscriptions that were made with it')
    .action((id: string, _options: unknown, command: Command) => run(command, { what: 'revoke', id }));
  keys
    .command('zaps')
    .description('list the Zaps that are on')
    .action((_options: unknown, command: Command) => run(command, { what: 'zaps' }));
  keys
    .command('end')
    .argument('<id>', 'the id of the subscription, as the list of Zaps shows it')
    .description('end the subscription of a Zap: it gets no more events until it is switched off and on')
    .action((id: string, _options: unknown, command: Command) => run(command, { what: 'end', id }));
}
