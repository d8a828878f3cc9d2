import { type IntelligemsApi, intelligemsApi } from '../../shared/intelligems-api.ts';
import { rateBudgets } from '../../shared/intelligems-rate.ts';
import type { Source } from '../contract/source.ts';
import { openTransport } from './transport.ts';
import { VendorClock } from './vendor-clock.ts';

/** The External API of one source, as two tempers need it. */
export interface Clients {
  /** Gives up soon: what asks is a delivery, which the ledger tries again. */
  quick: IntelligemsApi;
  /** Waits for the vendor's rate limit: what asks goes through the whole list. */
  patient: IntelligemsApi;
  /** The vendor's clock, as of its last answer. */
  clock: VendorClock;
}

/** How long a delivery's call may wait for the rate limit, milliseconds: well under an attempt's time. */
const QUICK_WAIT_MS = 5_000;

/** How long a call within a list may wait, milliseconds: the vendor refills its buckets every 30 seconds. */
const PATIENT_WAIT_MS = 300_000;

/** The clients of every source that has an access token, by the source's name. */
export function openClients(
  { apiUrl, apiVersion }: { apiUrl: string; apiVersion: string },
  sources: readonly Pick<Source, 'name' | 'accessToken'>[],
): Map<string, Clients> {
  const clients = new Map<string, Clients>();
  const clock = new VendorClock();
  const transport = openTransport(clock);
  for (const { name, accessToken } of sources) {
    if (accessToken !== null) {
      const budgets = rateBudgets();
      const settings = { token: accessToken, baseUrl: apiUrl, version: apiVersion, budgets, transport };
      clients.set(name, {
        quick: intelligemsApi({ ...settings, attempts: 1, maxWaitMs: QUICK_WAIT_MS }),
        patient: intelligemsApi({ ...settings, maxWaitMs: PATIENT_WAIT_MS }),
        clock,
      });
    }
  }
  return clients;
}
