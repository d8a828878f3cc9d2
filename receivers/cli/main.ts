import { Command } from 'commander';
import { addFindHeaderCommand } from './find-header.ts';
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
]) {
  add(program);
}

await program.parseAsync();
