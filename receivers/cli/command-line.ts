import { Command, CommanderError } from 'commander';
import { suggestion } from '../base/nearest.ts';
import { PRODUCT } from '../base/product.ts';
import type { Terminal } from './terminal.ts';

/** A command's file: adds its options and its action to a command that has a name and a description. */
interface CommandFile {
  defineCommand(command: Command, terminal: Terminal): void;
}

interface CommandEntry {
  name: string;
  description: string;
  /** Loads the command's code, which is only needed when it runs or shows its own help. */
  load(): Promise<CommandFile>;
}

const COMMANDS: readonly CommandEntry[] = [
  { name: 'start', description: 'start the receiver', load: () => import('./commands/start.ts') },
  {
    name: 'send',
    description: 'send a signed sample event to a receiver and print the response',
    load: () => import('./commands/send.ts'),
  },
  {
    name: 'verify',
    description: 'check whether a signature matches a body, and if not, why',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'find-header',
    description: 'find the header of a real webhook that has the signature, and its format',
    load: () => import('./commands/find-header.ts'),
  },
  {
    name: 'routes',
    description: 'explain which routes an event takes; nothing is sent',
    load: () => import('./commands/routes.ts'),
  },
  {
    name: 'preview',
    description: 'show how an event looks at each destination; nothing is sent',
    load: () => import('./commands/preview.ts'),
  },
  {
    name: 'events',
    description: 'list, show or follow the events that arrived',
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'replay',
    description: 'send dead letters or an event again; without options, list the dead letters',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'reconcile',
    description: 'compare Intelligems with the ledger now, and recover missed webhooks',
    load: () => import('./commands/reconcile.ts'),
  },
  {
    name: 'export',
    description: 'write all events with their deliveries and attempts as JSON Lines, oldest first',
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'import',
    description: 'import a ledger into the PostgreSQL database of DATABASE_URL',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'backup',
    description: 'copy the ledger into one file, also while the receiver runs',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    description: 'make the ledger of an empty data folder from a backup',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'zapier-keys',
    description: 'make, list and revoke the keys for Zapier, and list and end the Zaps that are on',
    load: () => import('./commands/zapier-keys.ts'),
  },
  {
    name: 'doctor',
    description: 'check everything: Node, settings, storage, public URL, API token, clock, every destination',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'copy-verifier',
    description: 'copy the signature verifier into a project of yours',
    load: () => import('./commands/copy-verifier.ts'),
  },
  { name: 'version', description: 'print the version', load: () => import('./commands/version.ts') },
];

const DEFAULT_COMMAND = 'start';

/** Runs the command that the terminal's words name, to its end; gives the exit code. */
export async function runCommandLine(terminal: Terminal): Promise<number> {
  const program = new Command('intelligems-receivers')
    .description(
      'Receives the experience webhooks of Intelligems and delivers each event to your destinations.',
    )
    .configureOutput({
      writeOut: (text) => terminal.print(text),
      writeErr: (text) => terminal.printError(text.trimEnd()),
    })
    .version(PRODUCT.version)
    .exitOverride()
    .showHelpAfterError('Run with --help to see the options.');
  try {
    await addCommands(program, terminal);
    await program.parseAsync(terminal.words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    return error.exitCode;
  }
  return terminal.exitCode;
}

async function addCommands(program: Command, terminal: Terminal): Promise<void> {
  const wanted = wantedCommand(terminal.words);
  const names = COMMANDS.map(({ name }) => name);
  if (wanted !== null && ![...names, 'help'].includes(wanted)) {
    // `start` is the default command, so commander would pass it every unknown word.
    const guess = suggestion(wanted, names) || ` The commands are ${names.join(', ')}.`;
    program.error(`error: There is no command “${wanted}”.${guess}`);
  }
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name, { isDefault: name === DEFAULT_COMMAND }).description(description);
    if (name === wanted) {
      (await load()).defineCommand(command, terminal);
    }
  }
}

/** The command that runs or shows its help; null for the general help. */
function wantedCommand(words: readonly string[]): string | null {
  const [first, second] = words;
  if (first === 'help') {
    return second ?? null;
  }
  if (first === '-V' || first === '--version') {
    return 'version';
  }
  if (first === '-h' || first === '--help') {
    return null;
  }
  return first === undefined || first.startsWith('-') ? DEFAULT_COMMAND : first;
}
