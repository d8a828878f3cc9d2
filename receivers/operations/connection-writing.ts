import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { contentOf, openDocuments } from '../config/stored/documents.ts';
import { NoSettingsKey } from '../config/stored/settings-key.ts';
import type { StoredSettings, WrittenConnection } from '../contract/connection.ts';
import type { SettingsDocument } from '../contract/settings-store.ts';
import type { ConnectionServices } from './connection-services.ts';
import type { Author, DraftFault, LoggedChange } from './connections.ts';

/** What the ledger has. */
export interface Kept {
  revision: number;
  documents: readonly SettingsDocument[];
  /** The same, with secrets opened. */
  stored: StoredSettings;
}

/** A change to be written. */
export interface Planned {
  put: readonly Omit<SettingsDocument, 'version'>[];
  remove: readonly Pick<SettingsDocument, 'kind' | 'id'>[];
  entry: Omit<LoggedChange, 'revision' | 'at' | 'by'>;
}

/** What came of an attempt to change something, other than that it was written. */
export type Refused = { faults: DraftFault[] };

/** How often a change is planned again because another was written in between. */
const TRIES = 8;

/** The audit log’s line of a change, as the ledger keeps it. */
export type KeptEntry = Omit<LoggedChange, 'revision' | 'at'>;

export async function readKept({ ledger, key }: Pick<ConnectionServices, 'ledger' | 'key'>): Promise<Kept> {
  const read = await ledger.settings.read();
  return { ...read, stored: openDocuments(read, key) };
}

/**
 * Plans a change on what the ledger has, validates all settings with it, and puts it into effect. If another change was
 * written in between, it is planned again on that.
 *
 * @param plan gives the change, or something else that ends it
 * @returns the settings in effect, or what the plan gave instead, or why they would not work
 */
export async function writeChange<Other extends object = never>(
  services: ConnectionServices,
  by: Author,
  plan: (kept: Kept) => Planned | Refused | Other,
): Promise<{ written: Configuration } | { refused: Refused | Other }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const kept = await readKept(services);
    const planned = orFault(() => plan(kept));
    if (!isPlanned(planned)) {
      return { refused: planned };
    }
    const { faults, configuration } = examined(services, kept, planned);
    if (faults.length > 0 || configuration === null) {
      return { refused: { faults } };
    }
    services.mask.add(knownSecrets(configuration));
    const entry: KeptEntry = { by, ...planned.entry };
    const change = {
      basedOn: kept.revision,
      at: services.now(),
      put: planned.put,
      remove: planned.remove,
      entry: JSON.stringify(withoutSecrets(entry, services.mask)),
    };
    const opened = await orOpenFault(services, () =>
      services.change(configuration, () => services.ledger.settings.write(change)),
    );
    if (typeof opened !== 'boolean') {
      return { refused: opened };
    }
    if (opened) {
      return { written: configuration };
    }
  }
  throw new Error('The settings change too often. Try again.');
}

/** Only what people wrote can hold a secret. The words of the log itself stay, also if one of them is a secret. */
function withoutSecrets(entry: KeptEntry, mask: ConnectionServices['mask']): KeptEntry {
  const { name, title, details } = entry;
  return {
    ...entry,
    name: mask.hide(name),
    title: mask.hide(title),
    details: details.map((line) => mask.hide(line)),
  };
}

/** Everything that is wrong with a change, without writing it, and the settings with it. */
export function examined(
  { configuration, key }: Pick<ConnectionServices, 'configuration' | 'key'>,
  kept: Kept,
  planned: Planned,
): { faults: DraftFault[]; configuration: Configuration | null } {
  const before = configuration();
  const loaded = before.withStored(openDocuments(withChange(kept, planned), key));
  if (!loaded.ok) {
    const faults = loaded.faults.map(({ where, message }) => ({
      field: '',
      message: `${where}: ${message}`,
    }));
    return { faults, configuration: null };
  }
  const after = loaded.configuration;
  return { faults: faultsOf(planned, after.connections, before.connections), configuration: after };
}

/** What is wrong with what a change puts, by field, and what would no longer work because of it. */
function faultsOf(
  { put }: Planned,
  after: readonly WrittenConnection[],
  before: readonly WrittenConnection[],
): DraftFault[] {
  const isPut = ({ setBy }: WrittenConnection) =>
    setBy.by === 'console' && put.some(({ id }) => id === setBy.id);
  const own = after
    .filter(isPut)
    .flatMap(({ faults }) => faults.map(({ where, message }) => ({ field: where, message })));
  const known = new Set(before.map(stateOf));
  const others = after
    .filter((each) => !isPut(each) && !known.has(stateOf(each)))
    .flatMap(({ kind, name, faults }) =>
      faults.map(({ where, message }) => ({ field: '', message: `${kind} “${name}”, ${where}: ${message}` })),
    );
  return [...own, ...others];
}

function stateOf({ kind, name, faults }: WrittenConnection): string {
  return JSON.stringify([kind, name, faults]);
}

function withChange(
  { revision, documents }: Kept,
  { put, remove }: Planned,
): { revision: number; documents: SettingsDocument[] } {
  const gone = new Set([...put, ...remove].map(({ kind, id }) => `${kind}/${id}`));
  const next = revision + 1;
  return {
    revision: next,
    documents: [
      ...documents.filter(({ kind, id }) => !gone.has(`${kind}/${id}`)),
      ...put.map((each) => ({ ...each, version: next })),
    ],
  };
}

function isPlanned(planned: object): planned is Planned {
  return 'entry' in planned;
}

/** A missing settings key is something that a person can fix. */
function orFault<Result extends object>(plan: () => Result): Result | Refused {
  try {
    return plan();
  } catch (error) {
    if (error instanceof NoSettingsKey) {
      return { faults: [{ field: '', message: error.message }] };
    }
    throw error;
  }
}

/** A destination that cannot be opened is a fault of the draft; storage that fails is not. */
async function orOpenFault(
  { mask, log }: ConnectionServices,
  change: () => Promise<boolean>,
): Promise<boolean | Refused> {
  try {
    return await change();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'StorageError') {
      throw error;
    }
    log.warn({ err: error }, 'a change in the console was refused');
    return { faults: [{ field: '', message: `It cannot be opened: ${mask.hide(message)}` }] };
  }
}

/** The position after all others of a kind. */
export function lastPosition({ documents }: Kept, kind: string): number {
  const positions = documents.filter((each) => each.kind === kind).map((each) => contentOf(each).position);
  return Math.max(0, ...positions) + 1;
}
