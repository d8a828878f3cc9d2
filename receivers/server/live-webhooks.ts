import type { WebhookObserver } from '../inbound/webhook-services.ts';

/** The same observer, which also reports each change to whoever watches the console. */
export function liveWebhooks(observer: WebhookObserver, changed: () => void): WebhookObserver {
  return {
    accepted(source, known) {
      observer.accepted(source, known);
      changed();
    },
    duplicate: (source) => observer.duplicate(source),
    refused(source, reason) {
      observer.refused(source, reason);
      changed();
    },
  };
}
