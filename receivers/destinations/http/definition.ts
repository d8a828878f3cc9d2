import type { DestinationKind, Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { indented } from './exact-json.ts';
import { render } from './render.ts';
import { type HttpSettings, httpSettings } from './settings.ts';

function preview(message: Message, settings: HttpSettings): Preview {
  const rendered = render(message, settings.body);
  const content = rendered.ok ? indented(rendered.body) : rendered.problem;
  const head = `${settings.method} ${new URL(settings.url).origin}/…\nwebhook-id: ${message.key}`;
  return {
    text: `${head}\n\n${content}\n`,
    document: { type: rendered.ok ? 'json' : 'text', content },
  };
}

/** Your own API: each event as JSON, signed by the Standard Webhooks scheme. */
export const http: DestinationKind<HttpSettings> = {
  kind: 'http',
  title: 'Your own API',
  titleInSentence: 'your own API',
  settings: httpSettings,
  environment: {
    FORWARD_URL: 'url',
    FORWARD_METHOD: 'method',
    FORWARD_HEADERS: 'headers',
    FORWARD_SECRET: 'secret',
    FORWARD_BODY: 'body',
    FORWARD_SUCCESS: 'success',
    FORWARD_TIMEOUT_MS: 'timeoutMs',
    FORWARD_ALLOW_PRIVATE: 'allowPrivate',
  },
  repeated: () => 'your API gets it again, with the same webhook-id.',
  concurrency: 16,
  preview,
  example: {
    url: 'https://api.example.com/experiments',
    method: 'POST',
    headers: {},
    secret: [],
    success: '200-299',
    timeoutMs: 10_000,
    allowPrivate: false,
  },
  async open(settings, services) {
    const { HttpDestination } = await import('./send.ts');
    return new HttpDestination(settings, services);
  },
};
