import type { FaultPlan } from './faults.ts';
import { startFaultyServer } from './faulty-server.ts';

interface FakeEmbed {
  title?: string;
  description?: string;
  url?: string;
  color?: number;
  fields?: { name?: string; value?: string }[];
  footer?: { text?: string };
  image?: { url?: string };
}

export interface FakeDiscordMessage {
  id: string;
  thread: string | null;
  embeds: FakeEmbed[];
}

export interface FakeDiscord {
  /** For DISCORD_WEBHOOK_URL. */
  webhookUrl: string;
  faults: FaultPlan;
  /** What people see, oldest first. */
  messages: FakeDiscordMessage[];
  close(): Promise<void>;
}

const PATH = '/api/webhooks/123456789012345678/token-of-the-webhook';

/** Starts a Discord with one webhook, that checks what Discord checks. */
export async function startFakeDiscord({ isForum = false } = {}): Promise<FakeDiscord> {
  const messages: FakeDiscordMessage[] = [];
  const { origin, faults, close } = await startFaultyServer((request, body) => {
    const { status, answer } = take(request.method ?? '', new URL(request.url ?? '', 'http://fake'), body);
    return (response) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(answer === null ? '' : JSON.stringify(answer));
    };
  });

  function take(method: string, url: URL, body: string): { status: number; answer: object | null } {
    if (url.pathname !== PATH) {
      return { status: 404, answer: { message: 'Unknown Webhook', code: 10015 } };
    }
    if (method === 'GET') {
      return { status: 200, answer: { id: '123456789012345678', name: 'Experiments', type: 1 } };
    }
    const thread = url.searchParams.get('thread_id');
    if (isForum && thread === null) {
      const message = 'Webhooks posted to forum channels must have a thread_name or thread_id';
      return { status: 400, answer: { message, code: 220001 } };
    }
    const payload = JSON.parse(body) as { embeds?: FakeEmbed[]; allowed_mentions?: { parse?: string[] } };
    const errors = faultsOf(payload.embeds ?? []);
    if (errors.length > 0) {
      return { status: 400, answer: { message: 'Invalid Form Body', code: 50035, errors } };
    }
    const id = String(1_300_000_000_000_000_000n + BigInt(messages.length));
    const message = { id, thread, embeds: payload.embeds ?? [] };
    messages.push(message);
    return url.searchParams.get('wait') === 'true'
      ? { status: 200, answer: { ...message, type: 0, content: '', channel_id: '9' } }
      : { status: 204, answer: null };
  }

  return {
    webhookUrl: `${origin}${PATH}`,
    faults,
    messages,
    close,
  };
}

/** What is wrong with embeds. https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
export function faultsOf(embeds: readonly FakeEmbed[]): string[] {
  const errors: string[] = [];
  const within = (words: string | undefined, limit: number, what: string): number => {
    if (words !== undefined && (words.trim() === '' || words.length > limit)) {
      errors.push(`${what} must be between 1 and ${limit} in length.`);
    }
    return words?.length ?? 0;
  };
  if (embeds.length < 1 || embeds.length > 10) {
    errors.push('Must be between 1 and 10 embeds.');
  }
  let all = 0;
  for (const { title, description, url, color, fields = [], footer, image } of embeds) {
    all += within(title, 256, 'title') + within(description, 4096, 'description');
    all += within(footer?.text, 2048, 'footer');
    if (fields.length > 25) {
      errors.push('Must be 25 or fewer fields.');
    }
    for (const field of fields) {
      all += within(field.name ?? '', 256, 'field name') + within(field.value ?? '', 1024, 'field value');
    }
    if (color !== undefined && (!Number.isInteger(color) || color < 0 || color > 0xffffff)) {
      errors.push('color must be an integer of 24 bits.');
    }
    for (const each of [url, image?.url]) {
      if (each !== undefined && !/^https?:\/\/\S{1,2040}$/.test(each)) {
        errors.push('Not a well formed URL.');
      }
    }
  }
  if (all > 6000) {
    errors.push('Embed size exceeds maximum size of 6000.');
  }
  return errors;
}
