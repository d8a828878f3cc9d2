import type { FaultPlan } from './faults.ts';
import { startFaultyServer } from './faulty-server.ts';

interface FakeWidget {
  textParagraph?: { text?: string };
  image?: { imageUrl?: string; altText?: string };
  buttonList?: { buttons?: { text?: string; onClick?: { openLink?: { url?: string } } }[] };
}

interface FakePayload {
  text?: string;
  fallbackText?: string;
  thread?: { threadKey?: string };
  cardsV2?: {
    cardId?: string;
    card?: {
      header?: { title?: string; subtitle?: string };
      sections?: { header?: string; widgets?: FakeWidget[] }[];
    };
  }[];
}

export interface FakeChatMessage extends FakePayload {
  /** Such as `spaces/AAAAspace/messages/1`. */
  name: string;
  /** The thread that it is in. */
  threadName: string;
}

export interface FakeGoogleChat {
  /** For GOOGLE_CHAT_WEBHOOK_URL. */
  webhookUrl: string;
  faults: FaultPlan;
  /** What people see, oldest first. */
  messages: FakeChatMessage[];
  close(): Promise<void>;
}

const SPACE = 'spaces/AAAAspace';
const KEY = 'key-of-the-webhook';
const TOKEN = 'token-of-the-webhook';

type Refusal = { status: number; code: string; message: string; reason?: string };

/**
 * Starts a space with one webhook. Its errors are the real ones: https://github.com/ericferon/glpi-webhook/issues/30
 * (key, token), https://github.com/kyverno/policy-reporter/issues/332 (unknown fields),
 * https://github.com/googleapis/google-api-nodejs-client/issues/3379 (empty messages),
 * https://github.com/mr-karan/calert/issues/83 (messages in a burst are refused).
 *
 * @param honorsRequestIds whether a repeated requestId gives the first message; documented for the method, but not for
 * webhooks
 * @param limitsRate whether more than one message a second is refused, as the space's quota does
 */
export async function startFakeGoogleChat({
  honorsRequestIds = false,
  limitsRate = false,
} = {}): Promise<FakeGoogleChat> {
  const messages: FakeChatMessage[] = [];
  const requestIds = new Map<string, FakeChatMessage>();
  let lastAt = Number.NEGATIVE_INFINITY;
  const { origin, faults, close } = await startFaultyServer((request, body) => {
    const answer = take(request.method ?? '', new URL(request.url ?? '', 'http://fake'), body);
    return (response) => {
      response.writeHead(answer.status, { 'Content-Type': 'application/json; charset=UTF-8' });
      response.end(JSON.stringify(answer.document, null, 2));
    };
  });

  function take(method: string, url: URL, body: string): { status: number; document: object } {
    const refusal = accessRefusal(method, url) ?? rateRefusal() ?? contentRefusal(body);
    if (refusal !== null) {
      const { status, code, message, reason } = refusal;
      const details =
        reason === undefined
          ? {}
          : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }] };
      return { status, document: { error: { code: status, message, status: code, ...details } } };
    }
    const requestId = honorsRequestIds ? url.searchParams.get('requestId') : null;
    const known = requestId === null ? undefined : requestIds.get(requestId);
    const posted = known ?? add(JSON.parse(body), url.searchParams.get('messageReplyOption'));
    if (requestId !== null) {
      requestIds.set(requestId, posted);
    }
    return {
      status: 200,
      document: { name: posted.name, thread: { name: posted.threadName }, space: { name: SPACE } },
    };
  }

  function rateRefusal(): Refusal | null {
    const isTooSoon = limitsRate && performance.now() - lastAt < 990;
    lastAt = performance.now();
    return isTooSoon
      ? {
          status: 429,
          code: 'RESOURCE_EXHAUSTED',
          message: 'Resource has been exhausted (e.g. check quota).',
        }
      : null;
  }

  /** Without a reply option, a thread key is ignored and each message starts a thread. */
  function add(payload: FakePayload, replyOption: string | null): FakeChatMessage {
    const key = replyOption === null ? undefined : payload.thread?.threadKey;
    const thread = key === undefined ? `own-${messages.length + 1}` : `key-${key}`;
    const name = `${SPACE}/messages/${messages.length + 1}`;
    const message = { ...payload, name, threadName: `${SPACE}/threads/${thread}` };
    messages.push(message);
    return message;
  }

  return {
    webhookUrl: `${origin}/v1/${SPACE}/messages?key=${KEY}&token=${TOKEN}`,
    faults,
    messages,
    close,
  };
}

function accessRefusal(method: string, url: URL): Refusal | null {
  if (url.searchParams.get('key') !== KEY) {
    const message = 'API key not valid. Please pass a valid API key.';
    return { status: 400, code: 'INVALID_ARGUMENT', message, reason: 'API_KEY_INVALID' };
  }
  if (method !== 'POST') {
    const message = 'Request is missing required authentication credential.';
    return { status: 401, code: 'UNAUTHENTICATED', message };
  }
  if (!url.pathname.startsWith(`/v1/${SPACE}/`)) {
    return { status: 404, code: 'NOT_FOUND', message: 'Space does not exist.' };
  }
  return url.searchParams.get('token') === TOKEN
    ? null
    : { status: 403, code: 'PERMISSION_DENIED', message: 'The API is called without a valid token.' };
}

const KNOWN_FIELDS = ['text', 'fallbackText', 'thread', 'cardsV2'];

function contentRefusal(body: string): Refusal | null {
  const refuse = (message: string): Refusal => ({ status: 400, code: 'INVALID_ARGUMENT', message });
  const payload = JSON.parse(body) as FakePayload;
  const unknown = Object.keys(payload).find((name) => !KNOWN_FIELDS.includes(name));
  if (unknown !== undefined) {
    return refuse(
      `Invalid JSON payload received. Unknown name "${unknown}" at 'message': Cannot find field.`,
    );
  }
  if ((payload.text ?? '') === '' && (payload.cardsV2 ?? []).length === 0) {
    return refuse('Message cannot be empty.');
  }
  const [fault] = messageFaults(payload);
  return fault === undefined ? null : refuse(fault);
}

/** What is wrong with a message. https://developers.google.com/workspace/chat/api/reference/rest/v1/cards */
export function messageFaults(payload: FakePayload): string[] {
  const faults: string[] = [];
  if (Buffer.byteLength(JSON.stringify(payload)) > 32_000) {
    faults.push('Message is longer than 32000 bytes.');
  }
  if ((payload.thread?.threadKey ?? '').length > 4_000) {
    faults.push('The thread key is too long.');
  }
  for (const { card } of payload.cardsV2 ?? []) {
    const sections = card?.sections ?? [];
    const widgets = sections.flatMap((section) => section.widgets ?? []);
    if ((card?.header?.title ?? '') === '' || sections.length === 0) {
      faults.push('Invalid value at card: a header needs a title, and a card needs sections.');
    }
    if (sections.some((section) => (section.widgets ?? []).length === 0)) {
      faults.push('Invalid value at section: no widgets.');
    }
    if (widgets.length > 100) {
      faults.push('More than 100 widgets: the others are ignored.');
    }
    faults.push(...widgets.flatMap(widgetFaults));
  }
  return faults;
}

function widgetFaults({ textParagraph, image, buttonList }: FakeWidget): string[] {
  const isText = (textParagraph?.text ?? '') !== '';
  const isImage = /^https:\/\//.test(image?.imageUrl ?? '');
  const buttons = buttonList?.buttons ?? [];
  const isButtons =
    buttons.length > 0 &&
    buttons.every(
      ({ text: label, onClick }) => Boolean(label) && /^https?:\/\//.test(onClick?.openLink?.url ?? ''),
    );
  return isText || isImage || isButtons ? [] : ['Invalid value at widget.'];
}
