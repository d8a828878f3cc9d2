import type { Fault, LoadOptions } from '../config/load.ts';
import { type LocalReceiver, readLocalReceiver } from '../config/local-receiver.ts';
import { openDocuments } from '../config/stored/documents.ts';
import { SettingsKey } from '../config/stored/settings-key.ts';
import type { StoredConnection } from '../contract/connection.ts';
import { openLedgerToRead } from './shared-ledger.ts';
import { hasLedger } from './stopped-receiver.ts';

/**
 * Reads what is needed to post to the receiver of these settings, with the sources of the console as far as its ledger
 * can be read here.
 */
export async function readLocalSources(
  options: Omit<LoadOptions, 'kinds'>,
): Promise<{ ok: true; receiver: LocalReceiver } | { ok: false; faults: Fault[] }> {
  const read = readLocalReceiver(options);
  const stored = read.ok ? await storedSources(read.receiver).catch(() => []) : [];
  return stored.length === 0 ? read : readLocalReceiver(options, stored);
}

async function storedSources({
  dataFolder,
  databaseUrl,
  settingsKey,
}: LocalReceiver): Promise<readonly StoredConnection[]> {
  const storage = { dataFolder, databaseUrl, settingsKey, retentionDays: 0 };
  if (!hasLedger({ storage })) {
    return [];
  }
  const { ledger, close } = await openLedgerToRead({ storage });
  try {
    const { connections } = openDocuments(await ledger.settings.read(), new SettingsKey(storage));
    return connections.filter(({ kind }) => kind === 'source');
  } finally {
    await close();
  }
}
