import { type Command, InvalidArgumentError } from 'commander';
import type { DeadLetterSelection, DeadLetters } from '../operations/dead-letters.ts';
import type { Operations } from '../operations/operations.ts';
import { count } from '../operations/words.ts';
import { requireDestinations } from './known-names.ts';
import { oneLine } from './lines.ts';
import { type AccessOptions, onReceiver, type ReceiverAccess, withAccessOptions } from './receiver-access.ts';

interface ReplayOptions extends AccessOptions {
  letter?: number;
  destination?: string;
  cause?: string;
  event?: string;
  to?: string[];
  dryRun?: boolean;
}

/** Adds `replay`: sends dead letters, or an event, once more. */
export function addReplayCommand(program: Command): void {
  withAccessOptions(
    program
      .command('replay')
      .description('send dead letters again, or an event once more; alone, it lists the dead letters')
      .option('--destination <name>', 'all dead letters of this destination')
      .option('--cause <cause>', 'with --destination: only those of this cause, as the list names it')
      .option('--letter <id>', 'one dead letter, by the id of its delivery', wholeNumber)
      .option('--event <key>', 'an event once more, to the destinations of --to')
      .option('--to <destinations...>', 'with --event: the destinations')
      .option('--dry-run', 'say what would happen, and do nothing'),
  ).action((options: ReplayOptions, command: Command) => {
    const chosen = [options.letter, options.destination, options.event].filter(
      (value) => value !== undefined,
    );
    if (chosen.length > 1) {
      command.error('error: Choose one of --letter, --destination and --event.');
    }
    if (options.event !== undefined && options.to === undefined) {
      command.error('error: Say where to: --to slack');
    }
    if (options.to !== undefined && options.event === undefined) {
      command.error('error: --to goes with --event, the key of an event.');
    }
    if (options.cause !== undefined && options.destination === undefined) {
      command.error('error: --cause goes with --destination, the name of a destination.');
    }
    return onReceiver(options, command, (access) =>
      options.event === undefined
        ? replayLetters(access, options)
        : replayEvent(access, options.event, options.to ?? [], options.dryRun === true),
    );
  });
}

async function replayLetters(access: ReceiverAccess, options: ReplayOptions): Promise<void> {
  const { letter, destination, cause, dryRun } = options;
  const selection: DeadLetterSelection = {
    ...(letter !== undefined && { ids: [letter] }),
    ...(destination !== undefined && { destination }),
    ...(cause !== undefined && { cause }),
  };
  await requireDestinations(destination === undefined ? [] : [destination], access.operations);
  const letters = await access.operations.deadLetters(selection);
  const all = Object.keys(selection).length === 0;
  if (letters.counted === 0) {
    const words = all
      ? 'There are no dead letters.'
      : 'There are no such dead letters. List them with: npm run replay';
    process.stdout.write(`${words}\n`);
    process.exitCode = all ? 0 : 1;
    return;
  }
  process.stdout.write(lettersText(letters));
  if (all) {
    process.stdout.write(
      'To send them again: npm run replay -- --destination NAME, and --dry-run to see first.\n',
    );
  } else if (dryRun) {
    process.stdout.write(`${number(letters)} would be sent again. Nothing was done.\n`);
  } else {
    const revived = await access.operations.replayDeadLetters(selection);
    process.stdout.write(
      `${count(revived, 'message')} ${revived === 1 ? 'is' : 'are'} sent again${when(access)}.\n`,
    );
  }
}

function number({ counted, more }: DeadLetters): string {
  return more ? `More than ${count(counted, 'message')}` : count(counted, 'message');
}

function when({ running }: ReceiverAccess): string {
  return running ? '' : ' when the receiver starts';
}

function lettersText({ groups }: DeadLetters): string {
  return groups
    .map((group) => {
      const shown = group.letters
        .slice(0, 5)
        .map(
          ({ id, eventKey, experienceName }) => `    ${id}  ${eventKey}  ${oneLine(experienceName ?? '')}`,
        );
      const more =
        group.count > shown.length
          ? [`    and ${(group.count - shown.length).toLocaleString('en')} more`]
          : [];
      return [
        `${group.destination}: ${count(group.count, 'message')} (cause ${group.cause})`,
        `  ${oneLine(group.reason)}`,
        ...shown,
        ...more,
        '',
      ].join('\n');
    })
    .join('\n');
}

async function replayEvent(
  access: ReceiverAccess,
  key: string,
  destinations: readonly string[],
  dryRun: boolean,
): Promise<void> {
  await requireDestinations(destinations, access.operations);
  const act: Operations['replay'] = dryRun ? access.operations.planReplay : access.operations.replay;
  const steps = await act(key, destinations);
  if (steps === null) {
    throw new Error(`There is no event ${oneLine(key)}. List them with: npm run events`);
  }
  for (const { destination, words } of steps) {
    process.stdout.write(`${destination}: ${words}\n`);
  }
  process.stdout.write(dryRun ? 'Nothing was done: this was a dry run.\n' : `Done${when(access)}.\n`);
}

function wholeNumber(written: string): number {
  if (!/^\d{1,15}$/.test(written)) {
    throw new InvalidArgumentError('Write the number that the list shows before the event.');
  }
  return Number(written);
}
