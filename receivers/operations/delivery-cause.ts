import type { DeliveryRecord } from '../contract/ledger-reader.ts';
import { isCompletion } from '../delivery/completion.ts';
import { readRoute } from '../zapier/route.ts';

/** Characters of a subscription's slot that identify a Zap. */
const SHOWN_OF_ZAP = 8;

/** Why a delivery was made, in a few words: “Route “all””, “For the Zap 1a2b3c4d”. */
export function deliveryCause(delivery: Pick<DeliveryRecord, 'route' | 'replay'>): string {
  const zap = readRoute(delivery.route);
  if (zap !== null) {
    return `For the Zap ${zap.slot.slice(0, SHOWN_OF_ZAP)}`;
  }
  if (isCompletion(delivery)) {
    return 'Updates an earlier message';
  }
  return `Route “${delivery.route}”${delivery.replay > 0 ? ', sent again by a person' : ''}`;
}
