import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import type { DestinationDescription, OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { Refusals } from '../inbound/refusals.ts';
import type { WebhookSource } from '../inbound/webhook-services.ts';

/** What the operations work with. */
export interface OperationServices {
  configuration: Configuration;
  /** Everything that takes deliveries, in the order in which people see it. */
  destinations: readonly DestinationDescription[];
  ledger: Ledger;
  plan: Plan;
  /** The secrets that nobody is shown. */
  mask: SecretMask;
  now(): number;
  /** What only a running receiver has; null where the command line opens the ledger itself. */
  running: RunningParts | null;
}

export interface RunningParts {
  destinations: OpenDestinations;
  sources: ReadonlyMap<string, WebhookSource>;
  refusals: Refusals;
  /** What a person should know of what is connected, in sentences. */
  connectionWarnings(): string[];
  /** Called whenever a check has finished. */
  onChecked(): void;
}
