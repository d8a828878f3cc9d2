import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { DeadLetterSelection, DeadLetters } from '../operations/dead-letters.ts';
import type { Operations } from '../operations/operations.ts';
import { count } from '../operations/words.ts';
import { requireDestinations } from './known-names.ts';
import { oneLine } from './lines.ts';
import { wholeNumber } from './option-values.ts';
import { type AccessOptions, onReceiver, type ReceiverAccess, withAccessOptions } from './receiver-access.ts';
import type { Terminal } from './terminal.ts';

interface ReplayOptions extends AccessOptions {
  letter?: number;
  destination?: string;
  cause?: string;
  event?: string;
  to?: string[];
  dryRun?: boolean;
}

/** `replay`: sends dead letters, or an event, again. */
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
    .option('--to <destinations...>', 'with --event: the destinations')
    .option('--dry-run', 'say what would happen, and do nothing')
    .action((options: ReplayOptions) => {
      const problem = problemOf(options);
      if (problem !== null) {
        command.error(`error: ${problem}`);
      }
      return onReceiver(terminal, command, options, (access) =>
        options.event === undefined
          ? replayLetters(terminal, access, options)
          : replayEvent(terminal, access, options.event, options.to ?? [], options.dryRun === true),
      );
    });
}

/** What is wrong with these options; null if nothing is. */
function problemOf({ letter, destination, event, to, cause }: ReplayOptions): string | null {
  const chosen = [letter, destination, event].filter((value) => value !== undefined);
  if (chosen.length > 1) {
    return 'Choose one of --letter, --destination and --event.';
  }
  if (event !== undefined && to === undefined) {
    return 'Say where to send it: --to slack';
  }
  if (to !== undefined && event === undefined) {
    return '--to needs --event, the key of an event.';
  }
  return cause !== undefined && destination === undefined
    ? '--cause needs --destination, the name of a destination.'
    : null;
}

async function replayLetters(
  terminal: Terminal,
  access: ReceiverAccess,
  options: ReplayOptions,
): Promise<void> {
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
      : `No dead letter matches. List them with: ${howToRun('replay')}`;
    terminal.printLine(words);
    terminal.exitCode = all ? 0 : 1;
    return;
  }
  terminal.print(lettersText(letters));
  if (all) {
    terminal.printLine(
      `To send them again: ${howToRun('replay', '--destination', 'NAME')}, and --dry-run to see first.`,
    );
  } else if (dryRun) {
    terminal.printLine(`${number(letters)} would be sent again. Nothing was done.`);
  } else {
    const revived = await access.operations.replayDeadLetters(selection);
    terminal.printLine(
      `${count(revived, 'message')} ${revived === 1 ? 'is' : 'are'} sent again${when(access)}.`,
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
          ? [`    and ${(group.count - shown.length).toLocaleString('en-US')} more`]
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
  terminal: Terminal,
  access: ReceiverAccess,
  key: string,
  destinations: readonly string[],
  dryRun: boolean,
): Promise<void> {
  await requireDestinations(destinations, access.operations);
  const act: Operations['replay'] = dryRun ? access.operations.planReplay : access.operations.replay;
  const steps = await act(key, destinations);
  if (steps === null) {
    throw new Error(`There is no event ${oneLine(key)}. List them with: ${howToRun('events')}`);
  }
  for (const { destination, words } of steps) {
    terminal.printLine(`${destination}: ${words}`);
  }
  terminal.printLine(dryRun ? 'Nothing was done: this was a dry run.' : `Done${when(access)}.`);
}
