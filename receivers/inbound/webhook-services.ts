import type { Logger } from 'pino';
import type { ClientAddress } from '../base/client-address.ts';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { Refusals } from './refusals.ts';

/** An organization that posts here. */
export interface WebhookSource {
  name: string;
  secrets: readonly string[];
  /** Secrets that are no longer accepted. A refusal says if the sender still uses one. */
  previousSecrets: readonly string[];
  /** Events of another organization are kept, and go nowhere; null where the settings name none. */
  organizationId: string | null;
}

export interface WebhookSettings {
  sources: ReadonlyMap<string, WebhookSource>;
  /** Sources whose secrets cannot be read now: what they send is to be sent again. */
  heldSources: readonly string[];
  bodyLimitBytes: number;
  /** The signature header's name, in lower case. */
  signatureHeader: string;
}

export interface WebhookServices {
  ledger: Pick<Ledger, 'accept'>;
  plan: Plan;
  refusals: Refusals;
  addressOf: ClientAddress;
  /** Hides secrets in what is cut, where they would not be recognized later. */
  mask: SecretMask;
  log: Logger;
  now(): number;
  observe: WebhookObserver;
}

/** Counts every request, for the metrics. */
export interface WebhookObserver {
  accepted(source: string, known: boolean): void;
  duplicate(source: string): void;
  refused(source: string, reason: string): void;
}
