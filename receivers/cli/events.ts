import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import { eventFilter, eventQuery, STATES } from '../operations/event-query.ts';
import type { Operations } from '../operations/operations.ts';
import { storyText } from './event-story.ts';
import { requireFilterNames } from './known-names.ts';
import { eventLine, listEnd, oneLine } from './lines.ts';
import { wholeNumber } from './option-values.ts';
import { type AccessOptions, onReceiver, withAccessOptions } from './receiver-access.ts';
import type { Terminal } from './terminal.ts';

interface ListOptions extends AccessOptions {
  search?: string;
  action?: string;
  experience?: string;
  source?: string;
  destination?: string;
  state?: string;
  from?: string;
  to?: string;
  limit: number;
  json?: boolean;
}

interface ShowOptions extends AccessOptions {
  json?: boolean;
  body?: boolean;
}

/** How often `follow` checks for new events, milliseconds. */
const CHECK_MS = 1_000;

/** Events that are read at once. */
const PAGE = 100;

const limit = wholeNumber(1, 500, 'Write a number from 1 to 500.');

/** `events`: what arrived, and what became of it. */
export function defineCommand(events: Command, terminal: Terminal): void {
  withFilters(events.command('list', { isDefault: true }).description('list events, newest first'))
    .option('--limit <number>', 'how many', limit, 20)
    .action((options: ListOptions, command: Command) => list(terminal, command, options));
  withAccessOptions(
    events
      .command('show')
      .description('show an event with its deliveries, all attempts, and its body')
      .argument('<key>', 'the event’s key')
      .option('--json', 'as JSON')
      .option('--body', 'only the body, byte for byte'),
  ).action((key: string, options: ShowOptions, command: Command) => show(terminal, command, key, options));
  withFilters(events.command('follow').description('print events as they arrive; end with Ctrl+C'))
    .option('--limit <number>', 'how many earlier ones to begin with', limit, 5)
    .action((options: ListOptions, command: Command) => follow(terminal, command, options));
}

function withFilters(command: Command): Command {
  return withAccessOptions(command)
    .option('--search <text>', 'part of an experience’s name, its id, or an event’s key')
    .option('--action <action>', 'only this action: startExperience …')
    .option('--experience <id>', 'only this experience')
    .option('--source <name>', 'only this source')
    .option('--destination <name>', 'only with a delivery for this destination')
    .option('--state <state>', `only with a delivery in this state: ${STATES.join(', ')}`)
    .option('--from <time>', 'received at this time or later: 2026-10-10 or 2026-10-10T12:00:00Z')
    .option('--to <time>', 'received before this time')
    .option('--json', 'as JSON, an event per line');
}

async function list(terminal: Terminal, command: Command, options: ListOptions): Promise<void> {
  const filter = filterOf(options, command);
  await onReceiver(terminal, command, options, async ({ operations }) => {
    await requireFilterNames(options, operations);
    const listed = await operations.events(filter);
    print(terminal, listed, options.json);
    if (!options.json) {
      terminal.printLine(listEnd(listed.length, options.limit));
    }
  });
}

function show(terminal: Terminal, command: Command, key: string, options: ShowOptions): Promise<void> {
  return onReceiver(terminal, command, options, async ({ operations }) => {
    const story = await operations.event(key);
    if (story === null) {
      throw new Error(`There is no event ${oneLine(key)}. List them with: ${howToRun('events')}`);
    }
    if (options.body) {
      terminal.printBytes(Buffer.from(story.event.body, story.event.bodyEncoding));
    } else if (options.json) {
      terminal.printJson(story, 2);
    } else {
      terminal.print(storyText(story));
    }
  });
}

async function follow(terminal: Terminal, command: Command, options: ListOptions): Promise<void> {
  const filter = filterOf(options, command);
  await onReceiver(terminal, command, options, async ({ operations, running }) => {
    if (!running) {
      throw new Error(`No receiver runs here, so nothing can arrive. Start it with: ${howToRun('start')}`);
    }
    await requireFilterNames(options, operations);
    await printNew(terminal, operations, filter, options.json === true);
  });
}

function filterOf(options: ListOptions, command: Command): EventFilter {
  const query = eventQuery.safeParse(options);
  if (!query.success) {
    return command.error(
      query.error.issues.map(({ path, message }) => `error: --${path.join('.')}: ${message}`).join('\n'),
    );
  }
  return eventFilter(query.data);
}

function print(terminal: Terminal, events: readonly EventSummary[], json: boolean | undefined): void {
  for (const event of events) {
    if (json) {
      terminal.printJson(event);
    } else {
      terminal.printLine(eventLine(event));
    }
  }
}

async function printNew(
  terminal: Terminal,
  operations: Operations,
  filter: EventFilter,
  json: boolean,
): Promise<void> {
  const ended = new AbortController();
  terminal.onEnd(() => ended.abort());
  for (let last: number | null = null; !ended.signal.aborted; ) {
    const fresh = await eventsAfter(last, operations, filter);
    print(terminal, fresh, json);
    last = fresh.at(-1)?.sequence ?? last ?? 0;
    await setTimeout(CHECK_MS, undefined, { signal: ended.signal }).catch(() => {});
  }
}

/** All events after the one with this sequence, or the newest ones if it is null; oldest first. */
export async function eventsAfter(
  last: number | null,
  operations: { events(filter: EventFilter): Promise<EventSummary[]> },
  filter: EventFilter,
): Promise<EventSummary[]> {
  const found = await operations.events(last === null ? filter : { ...filter, limit: PAGE });
  while (last !== null && found.length % PAGE === 0 && (found.at(-1)?.sequence ?? 0) > last) {
    const beforeSequence = found.at(-1)?.sequence as number;
    const older = await operations.events({ ...filter, limit: PAGE, beforeSequence });
    if (older.length === 0) {
      break;
    }
    found.push(...older);
  }
  return found.filter(({ sequence }) => sequence > (last ?? 0)).reverse();
}
