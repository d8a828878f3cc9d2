import { type Command, InvalidArgumentError } from 'commander';
import type { EventFilter, EventSummary } from '../contract/ledger-reader.ts';
import type { Operations } from '../operations/operations.ts';
import type { EventStory } from '../operations/records.ts';
import { STATE_WORDS } from '../operations/words.ts';
import { requireFilterNames } from './known-names.ts';
import { eventLine, listEnd, oneLine, timeWords } from './lines.ts';
import { type AccessOptions, onReceiver, withAccessOptions } from './receiver-access.ts';

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

/** How often `follow` looks for new events, milliseconds. */
const LOOK_MS = 1_000;

/** So many events are read at once. */
const PAGE = 100;

/** Adds `events`: what arrived, and what became of it. */
export function addEventsCommand(program: Command): void {
  const events = program.command('events').description('list, show or follow the events that arrived');
  withFilters(events.command('list', { isDefault: true }).description('list events, newest first'))
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .action(async (options: ListOptions, command: Command) => {
      const filter = await filterOf(options, command);
      await onReceiver(options, command, async ({ operations }) => {
        await requireFilterNames(options, operations, command);
        const listed = await operations.events(filter);
        print(listed, options.json);
        if (!options.json) {
          process.stdout.write(`${listEnd(listed.length, options.limit)}\n`);
        }
      });
    });
  withAccessOptions(
    events
      .command('show')
      .description('show an event with its deliveries, all attempts, and its body')
      .argument('<key>', 'the event’s key')
      .option('--json', 'as JSON')
      .option('--body', 'only the body, byte for byte'),
  ).action((key: string, options: AccessOptions & { json?: boolean; body?: boolean }, command: Command) =>
    onReceiver(options, command, async ({ operations }) => {
      const story = await operations.event(key);
      if (story === null) {
        throw new Error(`There is no event ${oneLine(key)}. List them with: npm run events`);
      }
      if (options.body) {
        process.stdout.write(Buffer.from(story.event.body, story.event.bodyEncoding));
      } else {
        process.stdout.write(options.json ? `${JSON.stringify(story, null, 2)}\n` : storyText(story));
      }
    }),
  );
  withFilters(events.command('follow').description('print events as they arrive; end with Ctrl+C'))
    .option('--limit <number>', 'how many earlier ones to begin with', wholeNumber, 5)
    .action(async (options: ListOptions, command: Command) => {
      const filter = await filterOf(options, command);
      await onReceiver(options, command, async ({ operations, running }) => {
        if (!running) {
          throw new Error('No receiver runs here, so nothing can arrive. Start it with: npm start');
        }
        await requireFilterNames(options, operations, command);
        await follow(operations, filter, options.json === true);
      });
    });
}

function withFilters(command: Command): Command {
  return withAccessOptions(command)
    .option('--search <text>', 'part of an experience’s name, its id, or an event’s key')
    .option('--action <action>', 'only this action: startExperience …')
    .option('--experience <id>', 'only this experience')
    .option('--source <name>', 'only this source')
    .option('--destination <name>', 'only with a delivery for this destination')
    .option('--state <state>', `only with a delivery in this state: ${Object.keys(STATE_WORDS).join(', ')}`)
    .option('--from <time>', 'received since then: 2026-10-10 or 2026-10-10T12:00:00Z')
    .option('--to <time>', 'received before')
    .option('--json', 'as JSON, an event a line');
}

async function filterOf(options: ListOptions, command: Command): Promise<EventFilter> {
  const { eventFilter, eventQuery } = await import('../operations/event-query.ts');
  const query = eventQuery.safeParse(options);
  if (!query.success) {
    return command.error(
      query.error.issues.map(({ path, message }) => `error: --${path.join('.')}: ${message}`).join('\n'),
    );
  }
  return eventFilter(query.data);
}

function print(events: readonly EventSummary[], json: boolean | undefined): void {
  for (const event of events) {
    process.stdout.write(`${json ? JSON.stringify(event) : eventLine(event)}\n`);
  }
}

async function follow(operations: Operations, filter: EventFilter, json: boolean): Promise<void> {
  let last: number | null = null;
  let ended = false;
  let wake: () => void = () => {};
  process.once('SIGINT', () => {
    ended = true;
    wake();
  });
  while (!ended) {
    const fresh = await eventsAfter(last, operations, filter);
    print(fresh, json);
    last = fresh.at(-1)?.sequence ?? last ?? 0;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** All events after the one of a sequence, or the newest ones where there is none; oldest first. */
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

function storyText({ event, deliveries }: EventStory): string {
  const head: [string, string | null][] = [
    ['Event', event.key],
    ['Action', event.action],
    ['Experience', event.experienceName === null ? null : `${event.experienceName} (${event.experienceId})`],
    ['Happened', event.occurredAt === null ? null : `${timeWords(event.occurredAt)} UTC`],
    ['Received', `${timeWords(event.receivedAt)} UTC, through the source ${event.source}`],
    ['By', event.triggeredBy],
    ['Problem', event.problem],
  ];
  const lines = head
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(11)} ${oneLine(value ?? '')}`);
  for (const delivery of deliveries) {
    const { mark, words } = STATE_WORDS[delivery.state];
    lines.push(
      '',
      `${mark} ${delivery.destination}: ${words} (delivery ${delivery.id}, by the route ${oneLine(delivery.route)})`,
    );
    if (delivery.reason !== null) {
      lines.push(`  ${oneLine(delivery.reason)}`);
    }
    for (const attempt of delivery.attemptRecords) {
      const took = attempt.finishedAt - attempt.startedAt;
      lines.push(
        `  ${attempt.number}. ${timeWords(attempt.startedAt)}: ${attempt.outcome} in ${took} ms${attempt.note === null ? '' : `. ${oneLine(attempt.note)}`}`,
      );
      if (attempt.answer !== null) {
        lines.push(`     answered: ${oneLine(attempt.answer)}`);
      }
    }
  }
  return `${[...lines, '', prettyBody(event)].join('\n')}\n`;
}

function prettyBody({ body, bodyEncoding }: EventStory['event']): string {
  try {
    // JSON escapes control characters; what it leaves steers no terminal.
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return bodyEncoding === 'utf8' ? oneLine(body) : `(base64) ${body}`;
  }
}

function wholeNumber(written: string): number {
  if (!/^[1-9]\d{0,2}$/.test(written) || Number(written) > 500) {
    throw new InvalidArgumentError('Write a number from 1 to 500.');
  }
  return Number(written);
}
