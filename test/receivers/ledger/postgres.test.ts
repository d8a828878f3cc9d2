import { afterAll, beforeAll } from '@jest/globals';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { type PostgresServer, startPostgres } from '../../fixtures/postgres.ts';
import { ledgerConformance } from './conformance.ts';

let server: PostgresServer;
let migrated: string;

beforeAll(async () => {
  server = await startPostgres({ durable: false });
  migrated = await server.createDatabase();
  await (await PostgresLedger.open({ url: migrated })).close();
});

afterAll(() => server.stop());

ledgerConformance('PostgreSQL', async () => {
  const url = await server.createDatabase(migrated);
  return {
    open: () => PostgresLedger.open({ url }),
    // The server goes as a whole.
    remove: async () => {},
  };
});
