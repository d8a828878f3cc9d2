import { deadLetterOperations } from './dead-letters.ts';
import { destinationOperations } from './destinations.ts';
import { eventOperations } from './events.ts';
import { examineOperations } from './examine.ts';
import { experienceOperations } from './experiences.ts';
import { healthOperations } from './health.ts';
import { hidingSecrets } from './hidden-secrets.ts';
import { lifecycleOperations } from './lifecycle.ts';
import type { Operations } from './operations.ts';
import { previewOperations } from './preview.ts';
import { replayOperations } from './replay.ts';
import { replaySpanOperations } from './replay-span.ts';
import { routeOperations } from './routes.ts';
import type { OperationServices } from './services.ts';
import { setUpOperations } from './set-up.ts';
import { timelineOperations } from './timeline.ts';
import { warningsOf } from './warnings.ts';

/** The operations over a ledger that this process has opened. What they give holds no secret that is known here. */
export function openOperations(services: OperationServices): Operations {
  const operations: Operations = {
    ...setUpOperations(services),
    ...eventOperations(services),
    ...previewOperations(services),
    ...routeOperations(services.configuration),
    ...examineOperations(services),
    ...replayOperations(services),
    ...replaySpanOperations(services),
    ...deadLetterOperations(services),
    ...destinationOperations(services),
    ...experienceOperations(services),
    ...healthOperations(services),
    ...lifecycleOperations(services),
    ...timelineOperations(services),
    warnings: async () => [
      ...(await warningsOf(services.ledger)),
      ...(services.running?.connectionWarnings() ?? []),
    ],
    refused: async () => services.running?.refusals.list() ?? [],
  };
  return hidingSecrets(operations, services.mask);
}
