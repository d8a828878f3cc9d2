import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import { eventFilter, eventQuery } from '../operations/event-query.ts';
import type { Operations } from '../operations/operations.ts';
import type { AccessOptions } from './access-options.ts';
import { storyText } from './event-story.ts';
import { requireFilterNames } from './known-names.ts';
import { eventLine, listEnd, oneLine } from './lines.ts';
import { onReceiver } from './receiver-access.ts';
import type { Terminal } from './terminal.ts';

export interface ListOptions extends AccessOptions {
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

export interface ShowOptions extends AccessOptions {
  json?: boolean;
  body?: boolean;
}

/** How often `follow` checks for new events, milliseconds. */
const CHECK_MS = 1_000;

/** Events that are read at once. */
const PAGE = 100;

/** Prints the events that pass the filters. */
export async function list(terminal: Terminal, command: Command, options: ListOptions): Promise<void> {
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

/** Prints one event. */
export function show(terminal: Terminal, command: Command, key: string, options: ShowOptions): Promise<void> {
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

/** Prints events as they arrive. */
export async function follow(terminal: Terminal, command: Command, options: ListOptions): Promise<void> {
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
