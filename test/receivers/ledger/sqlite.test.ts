import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ledgerConformance } from './conformance.ts';

ledgerConformance('SQLite', async () => {
  const { folder, remove } = temporaryFolder();
  return {
    open: () => SqliteLedger.open(folder),
    remove: async () => remove(),
  };
});
