import { afterAll, beforeAll } from '@jest/globals';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { ledgerConformance } from './conformance.ts';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterAll(() => databases.stop());

ledgerConformance('PostgreSQL', async () => {
  const url = await databases.create();
  return {
    open: () => PostgresLedger.open({ url }),
    // The server goes as a whole.
    remove: async () => {},
  };
});
