import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { alternatives } from '../base/setting-values.ts';
import type { Configuration } from '../config/configuration.ts';
import { connectionDocument, contentOf, type NewConnection, REMOVED } from '../config/stored/documents.ts';
import type { SettingsKey } from '../config/stored/settings-key.ts';
import type { StoredConnection } from '../contract/connection.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import { ENRICHMENT_DESTINATIONS } from '../intelligems/enrichment.ts';
import { LIFECYCLE_DESTINATION } from '../lifecycle/destination.ts';
import { ZAPIER_DESTINATIONS } from '../zapier/zapier.ts';
import { isSecretField } from './connection-list.ts';
import { detailsOf } from './connection-words.ts';
import { type Kept, lastPosition, type Planned } from './connection-writing.ts';
import type { Draft, DraftFault } from './connections.ts';
import { OperationFault } from './fault.ts';

/** Names of destinations that the receiver uses itself. */
const RESERVED: readonly string[] = [
  ...ENRICHMENT_DESTINATIONS,
  LIFECYCLE_DESTINATION,
  ...Object.values(ZAPIER_DESTINATIONS),
].map(({ name }) => name);

/** Replaced secrets of a source that are kept to explain refusals. */
const PREVIOUS_SECRETS = 5;

/** A draft, put together with what is stored of the same thing. */
export interface Drafted {
  connection: NewConnection;
  /** What it changes; null for something new. */
  before: StoredConnection | null;
  /** The webhook secret that was made for it; null if none was made. */
  madeSecret: string | null;
  /** Everything that it would be opened with, kept secrets too. */
  whole: Record<string, unknown>;
}

/** Somebody else changed or removed it meanwhile. */
export interface Conflict {
  conflict: StoredConnection | null;
}

/** Puts a draft together with what is stored. Throws an OperationFault for an id that never existed. */
export function drafted(draft: Draft, kept: Kept, configuration: Configuration): Drafted | Conflict {
  const before = kept.stored.connections.find(({ id }) => id === draft.id) ?? null;
  if (draft.id !== null && (before === null || before.version !== draft.version)) {
    return { conflict: before };
  }
  const { kind } = draft;
  if (before !== null && before.kind !== kind) {
    throw new OperationFault(`This is a ${before.kind}, not a ${kind}.`);
  }
  const type = before?.type ?? (kind === 'destination' ? (draft.type ?? null) : null);
  const name = nameOf(draft, before, configuration);
  const isSecret = (field: string) => isSecretField({ kind, type }, field);
  const written = withoutEmpty(draft.values);
  const madeSecret = makesSecret(draft, before, name) ? randomBytes(32).toString('hex') : null;
  if (madeSecret !== null) {
    written.secrets = [madeSecret];
  }
  const content = documentOf(kept, before);
  const keeps = (field: string) => isSecret(field) && !Object.hasOwn(draft.values, field);
  const sealed = Object.fromEntries(Object.entries(content?.sealed ?? {}).filter(([field]) => keeps(field)));
  const keptValues = Object.fromEntries(
    Object.entries(before?.written ?? {}).filter(([field]) => keeps(field)),
  );
  rememberReplaced(written, keptValues, before, kind);
  const connection: NewConnection = {
    kind,
    id: before?.id ?? randomBytes(9).toString('base64url'),
    name,
    title: titleOf(draft, before, kind),
    type,
    written,
    sealed: Object.fromEntries(Object.entries(sealed).filter(([field]) => !Object.hasOwn(written, field))),
    position: content?.position ?? lastPosition(kept, kind),
  };
  return { connection, before, madeSecret, whole: { ...keptValues, ...written } };
}

/** What is wrong with a draft before anything is opened. The fields are checked with all settings together. */
export function draftFaults(put: Drafted, configuration: Configuration): DraftFault[] {
  return [
    ...typeFaults(put),
    ...lengthFaults(put),
    ...nameFaults(put, configuration),
    ...fixedFaults(put, configuration),
    ...fileFaults(put),
    ...movedSecretFaults(put),
  ];
}

/** Without its type, nothing else of a destination can be checked. */
function typeFaults({ connection: { kind, type } }: Drafted): DraftFault[] {
  const known = DESTINATION_KINDS.map((each) => each.kind);
  return kind !== 'destination' || known.includes(type ?? '')
    ? []
    : [{ field: 'type', message: `Write the type of the destination: ${alternatives(known)}.` }];
}

/** Names and titles stand in lists, messages and logs. */
const LONGEST_NAME = 100;

function lengthFaults({ connection: { name, title } }: Drafted): DraftFault[] {
  const message = `Write at most ${LONGEST_NAME} characters.`;
  return Object.entries({ name, title })
    .filter(([, text]) => (text ?? '').length > LONGEST_NAME)
    .map(([field]) => ({ field, message }));
}

/** What the environment sets of the source `default` counts, so it cannot be set here too. */
function fixedFaults({ connection }: Drafted, { connections }: Configuration): DraftFault[] {
  const { kind, name, written } = connection;
  const { fixed = {} } = connections.find((each) => each.kind === kind && each.name === name) ?? {};
  return Object.entries(fixed)
    .filter(([field]) => Object.hasOwn(written, field))
    .map(([field, variable]) => ({
      field,
      message: `The environment variable ${variable} sets this. Remove it there to set it here.`,
    }));
}

/** Who may change a destination here need not be able to read files of the receiver’s machine. */
function fileFaults({ connection: { written } }: Drafted): DraftFault[] {
  const { templatesFolder, serviceAccountKey } = written;
  return [
    ...(templatesFolder === undefined
      ? []
      : [{ field: 'templatesFolder', message: 'Only receivers.yaml or the environment can name a folder.' }]),
    ...(serviceAccountKey === undefined || String(serviceAccountKey).trim().startsWith('{')
      ? []
      : [{ field: 'serviceAccountKey', message: 'Paste the whole text of the key’s JSON file.' }]),
  ];
}

/** Fields that say where a destination sends its secrets to. */
const ADDRESSES = ['url', 'apiUrl', 'apiRootUrl'];

/** A secret that was entered for one address is not sent to another: nobody can read it that way. */
export function movedSecretFaults({ connection, before, whole }: Drafted): DraftFault[] {
  const moved =
    before !== null && ADDRESSES.some((field) => !isDeepStrictEqual(before.written[field], whole[field]));
  const kept = Object.keys(connection.sealed).filter((field) => !ADDRESSES.includes(field));
  const message = 'The address changed. Enter this again, or remove it.';
  return moved ? kept.map((field) => ({ field, message })) : [];
}

function nameFaults({ connection, before }: Drafted, configuration: Configuration): DraftFault[] {
  const { kind, name } = connection;
  if (before === null && kind === 'destination' && RESERVED.includes(name)) {
    return [{ field: 'name', message: `The receiver uses the name “${name}” itself. Choose another one.` }];
  }
  const same = configuration.connections.find(
    (each) => each.kind === kind && each.name === name && each.setBy.by !== 'receiver',
  );
  const isItself = same?.setBy.by === 'console' && same.setBy.id === connection.id;
  if (same === undefined || isItself || isDefaultOfEnvironment(same.setBy.by, kind, name)) {
    return [];
  }
  const where = same.setBy.by === 'console' ? 'the console' : same.setBy.where;
  return [{ field: 'name', message: `The name “${name}” is taken (${where}). Choose another one.` }];
}

/** The environment may set single fields of the source `default`; the others can be set here. */
function isDefaultOfEnvironment(by: string, kind: string, name: string): boolean {
  return by === 'environment' && kind === 'source' && name === DEFAULT_SOURCE;
}

/** The change that saves a draft. Throws NoSettingsKey. */
export function plannedSave({ connection, before, whole }: Drafted, kept: Kept, key: SettingsKey): Planned {
  const { kind, type, name, title } = connection;
  const isSecret = (field: string) => isSecretField({ kind, type }, field);
  const removed = kept.documents.find((each) => each.kind === REMOVED && each.id === name);
  return {
    put: [connectionDocument(connection, isSecret, key)],
    // A destination with the name of a removed one takes over its deliveries.
    remove: kind === 'destination' && removed !== undefined ? [{ kind: REMOVED, id: name }] : [],
    entry: {
      change: before === null ? 'added' : 'changed',
      kind,
      name,
      title: title ?? name,
      details: detailsOf(before, { title, written: whole, name }, isSecret),
    },
  };
}

function documentOf({ documents }: Kept, before: StoredConnection | null) {
  const document = documents.find(({ kind, id }) => kind === before?.kind && id === before.id);
  return document === undefined ? null : contentOf(document);
}

function nameOf(draft: Draft, before: StoredConnection | null, { connections }: Configuration): string {
  if (before !== null && draft.kind !== 'route') {
    return before.name;
  }
  const given = draft.name?.trim() || draft.title?.trim();
  if (draft.kind === 'route') {
    return given ?? before?.name ?? '';
  }
  const usual = draft.name?.trim() || (draft.kind === 'destination' ? (draft.type ?? '') : '');
  if (draft.name?.trim() || usual === '') {
    return usual;
  }
  const taken = connections
    .filter((each) => each.kind === 'destination' && each.setBy.by !== 'receiver')
    .map(({ name }) => name);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? usual : `${usual}-${number}`;
    if (!taken.includes(name)) {
      return name;
    }
  }
}

function titleOf(draft: Draft, before: StoredConnection | null, kind: string): string | null {
  if (kind === 'route') {
    return null;
  }
  return draft.title === undefined ? (before?.title ?? null) : draft.title.trim() || null;
}

/** Fields that a form leaves empty are not set. */
function withoutEmpty(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        (typeof value !== 'string' || value.trim() !== '') &&
        (!Array.isArray(value) || value.length > 0),
    ),
  );
}

/** The source `default` has the secret that the receiver made at its first start. */
function makesSecret({ kind, values }: Draft, before: StoredConnection | null, name: string): boolean {
  const given = withoutEmpty(values).secrets;
  return kind === 'source' && before === null && given === undefined && name !== DEFAULT_SOURCE;
}

/** If the sender still uses a secret that was replaced, the refusal says so. */
function rememberReplaced(
  written: Record<string, unknown>,
  keptValues: Record<string, unknown>,
  before: StoredConnection | null,
  kind: string,
): void {
  if (kind !== 'source' || written.secrets === undefined || before === null) {
    return;
  }
  const [now, then, earlier] = [written.secrets, before.written.secrets, keptValues.previousSecrets].map(
    (value) => (typeof value === 'string' ? value.split(',') : ((value ?? []) as string[])).map(String),
  ) as [string[], string[], string[]];
  const replaced = then.filter((secret) => !now.includes(secret));
  if (replaced.length > 0 && written.previousSecrets === undefined) {
    written.previousSecrets = [...new Set([...replaced, ...earlier])].slice(0, PREVIOUS_SECRETS);
  }
}
