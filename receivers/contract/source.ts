/** An organization of Intelligems that posts webhooks to this receiver. */
export interface Source {
  /** The last segment of its webhook URL; the source `default` posts to /webhooks/intelligems itself. */
  name: string;
  /** As people call it. */
  title: string;
  /** Any of them verifies a webhook. Without one, the receiver makes one at its first start. */
  secrets: string[];
  /** None of them verifies. If the sender still uses one, the refusal says so. */
  previousSecrets: string[];
  /** At Intelligems. */
  organizationId: string | null;
  /** For the External API of Intelligems. */
  accessToken: string | null;
}

/** The name of the source that posts to the URL without a name. */
export const DEFAULT_SOURCE = 'default';
