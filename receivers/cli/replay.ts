import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { DeadLetterSelection, DeadLetters } from '../operations/dead-letters.ts';
import type { Operations } from '../operations/operations.ts';
import type { ReplaySpan } from '../operations/replay-span.ts';
import { count } from '../operations/words.ts';
import type { AccessOptions } from './access-options.ts';
import { requireDestinations } from './known-names.ts';
import { oneLine } from './lines.ts';
import { onReceiver, type ReceiverAccess } from './receiver-access.ts';
import type { Terminal } from './terminal.ts';

export interface ReplayOptions extends AccessOptions {
  letter?: number;
  destination?: string;
  cause?: string;
  event?: string;
  to?: string[];
  from?: number;
  until?: number;
  experience?: string;
  source?: string;
  dryRun?: boolean;
}

/** Sends again what the options choose; without options, lists the dead letters. */
export async function replayChosen(
  terminal: Terminal,
  command: Command,
  options: ReplayOptions,
): Promise<void> {
  const problem = problemOf(options);
  if (problem !== null) {
    command.error(`error: ${problem}`);
  }
  await onReceiver(terminal, command, options, (access) => replay(terminal, access, options));
}

function replay(terminal: Terminal, access: ReceiverAccess, options: ReplayOptions): Promise<void> {
  const { event, from, to = [], dryRun = false } = options;
  if (event !== undefined) {
    return replayEvent(terminal, access, event, to, dryRun);
  }
  return from === undefined
    ? replayLetters(terminal, access, options)
    : replaySpan(terminal, access, { ...options, from, to });
}

/** What is wrong with these options; null if nothing is. */
function problemOf(options: ReplayOptions): string | null {
  const { letter, destination, event, to, cause, from, until, experience, source } = options;
  const chosen = [letter, destination, event, from].filter((value) => value !== undefined);
  if (chosen.length > 1) {
    return 'Choose one of --letter, --destination, --event and --from.';
  }
  if ((event !== undefined || from !== undefined) && to === undefined) {
    return 'Say where to send it: --to slack';
  }
  if (to !== undefined && event === undefined && from === undefined) {
    return '--to needs --event, the key of an event, or --from, a time.';
  }
  if (from === undefined && [until, experience, source].some((value) => value !== undefined)) {
    return '--until, --experience and --source need --from, a time.';
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

async function replaySpan(
  terminal: Terminal,
  access: ReceiverAccess,
  options: ReplayOptions & Required<Pick<ReplayOptions, 'from' | 'to'>>,
): Promise<void> {
  const { from, until = Date.now(), to, experience, source, dryRun } = options;
  await requireDestinations(to, access.operations);
  const span: ReplaySpan = {
    from,
    to: until,
    ...(experience !== undefined && { experienceId: experience }),
    ...(source !== undefined && { source }),
  };
  const plan = await access.operations.planSpanReplay(span, to);
  if (plan.more) {
    throw new Error(
      `There are more than ${count(plan.events, 'event')} in this span. Nothing was sent. Choose a shorter span with --from and --until.`,
    );
  }
  terminal.printLine(`${count(plan.events, 'event')} from ${iso(from)} to ${iso(until)}.`);
  if (plan.events === 0) {
    terminal.printLine('Nothing was sent.');
    terminal.exitCode = 1;
    return;
  }
  for (const { destination, words } of plan.steps) {
    terminal.printLine(`${destination}: ${words}`);
  }
  if (dryRun) {
    terminal.printLine('Nothing was done: this was a dry run.');
  } else {
    const sent = await access.operations.replaySpan(span, to);
    terminal.printLine(`${count(sent, 'message')} ${sent === 1 ? 'is' : 'are'} sent${when(access)}.`);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
