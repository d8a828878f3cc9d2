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

const program = new Command('intelligems-receivers')
  .description(
    'Receives the experience webhooks of Intelligems and tells Slack, Google Sheets, email and your own API.',
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
  addDoctorCommand,
]) {
  add(program);
}

await program.parseAsync();
