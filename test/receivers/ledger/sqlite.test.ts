import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { ledgerConformance } from './conformance.ts';

ledgerConformance('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  return {
    open: () => SqliteLedger.open(folder),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});
