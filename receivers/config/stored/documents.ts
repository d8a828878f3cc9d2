import type {
  ConnectionKind,
  OpenDeliveries,
  StoredConnection,
  StoredSettings,
} from '../../contract/connection.ts';
import type { SettingsDocument } from '../../contract/settings-store.ts';
import type { SettingsKey } from './settings-key.ts';

/** The kind of the documents of removed destinations. Their id is the destination's name. */
export const REMOVED = 'removed';

/** A source, destination or route, as the ledger keeps it. */
interface ConnectionDocument {
  name: string;
  title: string | null;
  type: string | null;
  /** Without secrets. */
  values: Record<string, unknown>;
  /** Each secret field, sealed. */
  sealed: Record<string, string>;
  /** Routes apply in this order. */
  position: number;
}

/** A connection to be written. A sealed field stays as it is unless `written` has it. */
export interface NewConnection extends Omit<StoredConnection, 'version' | 'unreadable'> {
  position: number;
  sealed: Record<string, string>;
}

/** What the ledger keeps, with all secrets opened that can be. */
export function openDocuments(
  { revision, documents }: { revision: number; documents: readonly SettingsDocument[] },
  key: SettingsKey,
): StoredSettings {
  const connections = documents
    .filter(({ kind }) => kind !== REMOVED)
    .map((document) => ({ document, content: contentOf(document) }))
    .sort((one, other) => one.content.position - other.content.position)
    .map(({ document, content }) => opened(document, content, key));
  const removed = documents
    .filter(({ kind }) => kind === REMOVED)
    .map(({ id, value }) => ({ name: id, deliveries: JSON.parse(value) as OpenDeliveries }));
  return { revision, connections, removed };
}

function opened(
  { kind, id, version }: SettingsDocument,
  { name, title, type, values, sealed }: ConnectionDocument,
  key: SettingsKey,
): StoredConnection {
  const written: Record<string, unknown> = { ...values };
  const fields: string[] = [];
  const reasons = new Set<string>();
  for (const [field, secret] of Object.entries(sealed)) {
    const read = key.open(secret, placeOf(kind, id, field));
    if (read.ok) {
      written[field] = read.value;
    } else {
      fields.push(field);
      reasons.add(key.advice(read.fault));
    }
  }
  const why = `The secret “${fields.join('”, “')}” cannot be opened. ${[...reasons].join(' ')}`;
  return {
    kind: kind as ConnectionKind,
    id,
    version,
    name,
    title,
    type,
    written,
    unreadable: fields.length === 0 ? null : { fields, why },
  };
}

/** What is written of a connection, with its secrets sealed. Throws NoSettingsKey. */
export function connectionDocument(
  { kind, id, name, title, type, written, position, sealed: kept }: NewConnection,
  isSecret: (field: string) => boolean,
  key: SettingsKey,
): Omit<SettingsDocument, 'version'> {
  const entries = Object.entries(written);
  const secrets = entries.filter(([field]) => isSecret(field));
  const sealed = { ...kept };
  for (const [field, value] of secrets) {
    sealed[field] = key.sealing().seal(value, placeOf(kind, id, field));
  }
  const values = Object.fromEntries(entries.filter(([field]) => !isSecret(field)));
  const content: ConnectionDocument = { name, title, type, values, sealed, position };
  return { kind, id, value: JSON.stringify(content) };
}

/** What is written of a removed destination. */
export function removedDocument(name: string, deliveries: OpenDeliveries): Omit<SettingsDocument, 'version'> {
  return { kind: REMOVED, id: name, value: JSON.stringify(deliveries) };
}

/** The content of a document of a connection: its secrets are sealed. */
export function contentOf({ value }: Pick<SettingsDocument, 'value'>): ConnectionDocument {
  return JSON.parse(value) as ConnectionDocument;
}

/** A secret that is moved to another place cannot be opened there. */
function placeOf(kind: string, id: string, field: string): string {
  return `${kind}/${id}/${field}`;
}
