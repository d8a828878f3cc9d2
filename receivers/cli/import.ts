import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { isRecord } from '../../shared/events.ts';
import type { Ledger } from '../contract/ledger.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  ExportedDelivery,
  ExportedEvent,
} from '../contract/ledger-reader.ts';
import { LEDGER_FILE } from '../ledger/ledger-file.ts';
import { openDataFolder } from '../ledger/open.ts';
import { bodyBytes, type ExportedStory } from '../operations/records.ts';
import { count } from '../operations/words.ts';
import { settingsOf } from './receiver-access.ts';

interface ImportOptions {
  from?: string;
}

/** Events in pages, and what destinations and the parts of the receiver remember. */
interface Source {
  pages(): AsyncIterable<ExportedEvent[]>;
  /** For how much of it a page ends, 0 to 1; null where nobody knows. */
  share(page: readonly ExportedEvent[]): number | null;
  facts(): AsyncIterable<[destination: string, facts: Record<string, string>]>;
  close(): Promise<void>;
}

/** So many events go in one transaction. */
const PAGE = 200;

/** Adds `import`: takes over another ledger into the database of DATABASE_URL. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description(
      'take over a ledger into the PostgreSQL database of DATABASE_URL; what is there already stays, so it may be run again after it was cut off',
    )
    .argument('[file]', 'what `export` wrote, or - for the standard input')
    .option(
      '--from <folder>',
      'the data folder of a stopped receiver: with it comes what destinations remember, such as which Slack message is whose card',
    )
    .action(async (file: string | undefined, { from }: ImportOptions, command: Command) => {
      const { storage, database } = settingsOf(command);
      if (storage.databaseUrl === null) {
        command.error(
          'error: DATABASE_URL names no database to import into. Set it to postgres://user:password@host:5432/database.',
        );
      }
      if ((file === undefined) === (from === undefined)) {
        command.error('error: Name either a file that `export` wrote, or a data folder with --from.');
      }
      try {
        const source = from === undefined ? await openFile(file as string) : await openFolder(from);
        try {
          await importInto({ ...database, url: storage.databaseUrl }, source);
        } finally {
          await source.close();
        }
      } catch (error) {
        command.error(`error: ${(error as Error).message}`);
      }
    });
}

async function importInto(settings: { url: string }, source: Source): Promise<void> {
  const { PostgresLedger } = await import('../ledger/postgres/ledger.ts');
  const ledger = await PostgresLedger.open(settings);
  try {
    const started = ledger.startImport();
    let read = 0;
    let added = 0;
    for await (const page of source.pages()) {
      added += await started.addEvents(page);
      read += page.length;
      showProgress(read, source.share(page));
    }
    for await (const [destination, facts] of source.facts()) {
      await started.addFacts(destination, facts);
    }
    process.stderr.write(
      `${process.stderr.isTTY ? '\r' : ''}${count(read, 'event')} read, ${added} of them new in the database.\n`,
    );
  } finally {
    await ledger.close();
  }
}

function showProgress(read: number, share: number | null): void {
  if (process.stderr.isTTY) {
    const percent = share === null ? '' : ` (${Math.floor(share * 100)}%)`;
    process.stderr.write(`\r${count(read, 'event')} read${percent}`);
  }
}

/** The embedded storage in a data folder, which no receiver may be using. */
async function openFolder(folder: string): Promise<Source> {
  if (!existsSync(join(folder, LEDGER_FILE))) {
    throw new Error(`There is no ledger in ${folder}. Name the folder that DATA_DIR named for the receiver.`);
  }
  const { ledger, close } = await openDataFolder(folder);
  const [newest] = await ledger.events({ limit: 1 });
  return {
    pages: () => pagesOf(ledger),
    share: (page) => (newest === undefined ? null : (page.at(-1)?.sequence ?? 0) / newest.sequence),
    facts: () => ledger.allFacts(),
    close,
  };
}

async function* pagesOf(ledger: Ledger): AsyncGenerator<ExportedEvent[]> {
  let after = 0;
  for (;;) {
    const page = await ledger.exportPage(after, PAGE);
    if (page.length === 0) {
      return;
    }
    yield page;
    after = (page.at(-1) as ExportedEvent).sequence;
  }
}

async function openFile(file: string): Promise<Source> {
  const size = file === '-' ? null : sizeOf(file);
  const input = file === '-' ? process.stdin : createReadStream(file);
  let bytes = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      bytes += Buffer.byteLength(line) + 1;
      yield line;
    }
  }
  return {
    pages: () => pagesOfLines(lines()),
    share: () => (size === null ? null : Math.min(1, bytes / size)),
    async *facts() {},
    async close() {
      input.destroy();
    },
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function* pagesOfLines(lines: AsyncIterable<string>): AsyncGenerator<ExportedEvent[]> {
  let page: ExportedEvent[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line === '') {
      continue;
    }
    page.push(exportedEvent(line, number));
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) {
    yield page;
  }
}

function exportedEvent(line: string, number: number): ExportedEvent {
  let story: unknown;
  try {
    story = JSON.parse(line);
  } catch {
    throw new Error(
      `Line ${number} is no JSON. If the export was cut off there, remove that line and import again.`,
    );
  }
  if (!isRecord(story) || !isRecord(story.event) || !Array.isArray(story.deliveries)) {
    throw new Error(`Line ${number} is no event of an export. Only what \`export\` wrote can be imported.`);
  }
  const { event, deliveries } = story as unknown as ExportedStory;
  const { bodyEncoding: _, ...rest } = event;
  return { ...rest, body: bodyBytes(event), deliveries: deliveries.map(toldInFull) };
}

/** An export of an earlier version does not tell whether an attempt may have arrived, nor which of them count. */
function toldInFull(
  delivery: DeliveryRecord & { attemptRecords: AttemptRecord[] } & Partial<ExportedDelivery>,
): ExportedDelivery {
  return { uncertain: delivery.attempts > 0, countedAttempts: 0, orderingKey: null, ...delivery };
}
