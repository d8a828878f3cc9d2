import { Command } from 'commander';
import { addDoctorCommand } from './doctor.ts';
import { addEventsCommand } from './events.ts';
import { addExportCommand } from './export.ts';
import { addFindHeaderCommand } from './find-header.ts';
import { addImportCommand } from './import.ts';
import { addPreviewCommand } from './preview.ts';
import { addReconcileCommand } from './reconcile.ts';
import { addReplayCommand } from './replay.ts';
import { addRoutesCommand } from './routes.ts';
import { addSendCommand } from './send.ts';
import { addStartCommand } from './start.ts';
import { addVerifyCommand } from './verify.ts';
import { addZapierKeysCommand } from './zapier-keys.ts';

const program = new Command('intelligems-receivers')
  .description(
    'Receives the experience webhooks of Intelligems and delivers each event to your destinations.',
  )
  .showHelpAfterError('Run with --help to see what it takes.');

for (const add of [
  addStartCommand,
  addSendCommand,
  addVerifyCommand,
  addFindHeaderCommand,
  addRoutesCommand,
  addPreviewCommand,
  addEventsCommand,
  addReplayCommand,
  addReconcileCommand,
  addExportCommand,
  addImportCommand,
  addZapierKeysCommand,
  addDoctorCommand,
]) {
  add(program);
}

// `start` is what happens without a word, so that it would be told of every word that is no command.
const [word] = process.argv.slice(2);
const known = program.commands.map((command) => command.name());
if (word !== undefined && !word.startsWith('-') && ![...known, 'help'].includes(word)) {
  program.error(`error: There is no command “${word}”. The commands are ${known.join(', ')}.`);
}

program.hook('preAction', (_program, command) => {
  if (command.name() !== 'start') {
    process.stdout.on('error', endedByReader);
  }
});

/** Whoever reads along (such as `head`) may have enough: that is no failure. */
function endedByReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(0);
}

await program.parseAsync();
