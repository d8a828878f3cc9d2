import type { DatabaseSync } from 'node:sqlite';
import { prepareCountQueries } from './count-queries.ts';
import { prepareDeliveryQueries } from './delivery-queries.ts';
import { prepareEventQueries } from './event-queries.ts';
import { prepareFactQueries } from './fact-queries.ts';
import { prepareSettingsQueries } from './settings.ts';
import { prepareTestQueries } from './test-experiences.ts';

/** Everything that is read of the ledger, as functions over one connection. */
export function prepareQueries(database: DatabaseSync) {
  return {
    ...prepareEventQueries(database),
    ...prepareDeliveryQueries(database),
    ...prepareCountQueries(database),
    ...prepareFactQueries(database),
    ...prepareSettingsQueries(database),
    ...prepareTestQueries(database),
  };
}

export type Queries = ReturnType<typeof prepareQueries>;
