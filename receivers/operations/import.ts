import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isRecord } from '../../shared/events.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../contract/ledger.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  ExportedDelivery,
  ExportedEvent,
} from '../contract/ledger-reader.ts';
import type { SettingsDocument, SettingsStore } from '../contract/settings-store.ts';
import { LEDGER_FILE } from '../ledger/ledger-file.ts';
import { openDataFolder } from '../ledger/open.ts';
import type { KeptEntry } from './connection-writing.ts';
import { bodyBytes, type ExportedStory } from './records.ts';

/** Events in pages, and what destinations and the parts of the receiver remember. */
export interface ImportSource {
  pages(): AsyncIterable<ExportedEvent[]>;
  /** How much of it is read when a page ends, 0 to 1; null if that is unknown. */
  share(page: readonly ExportedEvent[]): number | null;
  facts(): AsyncIterable<[destination: string, facts: Record<string, string>]>;
  /** What was set in the console. Its secrets stay sealed. */
  settings(): Promise<readonly SettingsDocument[]>;
  close(): Promise<void>;
}

/** How far an import is. */
export interface ImportProgress {
  /** Events read, and how many of them the database did not have. */
  read: number;
  added: number;
  /** 0 to 1; null if unknown. */
  share: number | null;
}

/** What became of what was set in the console: there was nothing, it was imported, or the database has its own. */
export type ImportedSettings = 'none' | 'imported' | 'kept';

/** Events in one transaction. */
const PAGE = 200;

/**
 * Imports a ledger into the PostgreSQL database of the settings. What the database already has stays, so that an
 * import that was interrupted can be run again. Closes the source.
 */
export async function importLedger(
  { storage, database }: Pick<Configuration, 'storage' | 'database'>,
  source: ImportSource,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportProgress & { settings: ImportedSettings }> {
  try {
    if (storage.databaseUrl === null) {
      throw new Error(
        'DATABASE_URL names no database to import into. Set it to postgres://user:password@host:5432/database.',
      );
    }
    const { PostgresLedger } = await import('../ledger/postgres/ledger.ts');
    const ledger = await PostgresLedger.open({ ...database, url: storage.databaseUrl });
    try {
      const progress = await importInto(ledger.startImport(), source, onProgress);
      return { ...progress, settings: await importSettings(ledger.settings, await source.settings()) };
    } finally {
      await ledger.close();
    }
  } finally {
    await source.close();
  }
}

async function importInto(
  started: {
    addEvents(events: readonly ExportedEvent[]): Promise<number>;
    addFacts(destination: string, facts: Record<string, string>): Promise<unknown>;
  },
  source: ImportSource,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportProgress> {
  const progress: ImportProgress = { read: 0, added: 0, share: null };
  for await (const page of source.pages()) {
    progress.added += await started.addEvents(page);
    progress.read += page.length;
    progress.share = source.share(page);
    onProgress(progress);
  }
  for await (const [destination, facts] of source.facts()) {
    await started.addFacts(destination, facts);
  }
  return progress;
}

/** If nothing was set yet in the console of the database, what was set in the imported one is. */
async function importSettings(
  store: SettingsStore,
  documents: readonly SettingsDocument[],
): Promise<ImportedSettings> {
  if (documents.length === 0) {
    return 'none';
  }
  const kinds = Map.groupBy(documents, ({ kind }) => kind);
  const details = [...kinds].map(([kind, all]) => `${kind}: ${all.length}`);
  const entry: KeptEntry = {
    by: { role: 'editor', via: 'import', address: '' },
    change: 'added',
    kind: 'destination',
    name: 'all',
    title: 'Everything from an import',
    details,
  };
  const put = documents.map(({ kind, id, value }) => ({ kind, id, value }));
  const change = { basedOn: 0, at: Date.now(), put, remove: [], entry: JSON.stringify(entry) };
  return (await store.write(change)) ? 'imported' : 'kept';
}

/** The embedded storage in a data folder. No receiver may be using it. */
export async function importFromFolder(folder: string): Promise<ImportSource> {
  if (!existsSync(join(folder, LEDGER_FILE))) {
    throw new Error(`There is no ledger in ${folder}. Give the folder that DATA_DIR named for the receiver.`);
  }
  const { ledger, close } = await openDataFolder(folder);
  const [newest] = await ledger.events({ limit: 1 });
  return {
    pages: () => pagesOf(ledger),
    share: (page) => (newest === undefined ? null : (page.at(-1)?.sequence ?? 0) / newest.sequence),
    facts: () => ledger.allFacts(),
    settings: async () => (await ledger.settings.read()).documents,
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

/** A file that `export` wrote. */
export function importFromFile(file: string): ImportSource {
  const size = sizeOf(file);
  return importFromStream(createReadStream(file), size);
}

/**
 * What `export` wrote, as a stream.
 *
 * @param size in bytes; null if unknown
 */
export function importFromStream(input: Readable, size: number | null): ImportSource {
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
    settings: async () => [],
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
      `Line ${number} is not JSON. If the export was cut off there, remove that line and import again.`,
    );
  }
  if (!isRecord(story) || !isRecord(story.event) || !Array.isArray(story.deliveries)) {
    throw new Error(
      `Line ${number} is not an event of an export. Only what \`export\` wrote can be imported.`,
    );
  }
  const { event, deliveries } = story as unknown as ExportedStory;
  const { bodyEncoding: _, ...rest } = event;
  return { ...rest, body: bodyBytes(event), deliveries: deliveries.map(completed) };
}

/** Exports of earlier versions do not say whether an attempt may have arrived, nor which attempts count. */
function completed(
  delivery: DeliveryRecord & { attemptRecords: AttemptRecord[] } & Partial<ExportedDelivery>,
): ExportedDelivery {
  return { uncertain: delivery.attempts > 0, countedAttempts: 0, orderingKey: null, ...delivery };
}
