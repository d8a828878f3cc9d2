import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultPlan } from './faults.ts';
import { startFaultyServer } from './faulty-server.ts';
import { blockFaults } from './slack/blocks.ts';
import { type Answer, type App, failed, METHODS, type Parameters } from './slack/methods.ts';
import { type PressOptions, postPress } from './slack/press.ts';
import { type SlackChannel, type SlackMessage, Workspace } from './slack/workspace.ts';

export type { SlackChannel, SlackMessage } from './slack/workspace.ts';

export interface FakeSlackOptions {
  token?: string;
  scopes?: readonly string[];
  /** In addition to the channel `experiments` (C0123456789), of which the app is a member. */
  channels?: readonly (Partial<SlackChannel> & Pick<SlackChannel, 'id' | 'name'>)[];
  /** User ids by email address. */
  users?: Readonly<Record<string, string>>;
  /** Slack's clock, milliseconds since 1970. */
  now?: () => number;
}

/** The scopes of an app that was made from receivers/destinations/slack/manifest.yaml. */
export const ALL_SCOPES = [
  'chat:write',
  'channels:history',
  'groups:history',
  'channels:read',
  'groups:read',
  'users:read',
  'users:read.email',
] as const;

const FAKE_SLACK_TOKEN = 'xoxb-1234567890-fake-token';

export interface FakeSlack {
  /** For SLACK_API_URL. */
  url: string;
  /** For SLACK_WEBHOOK_URL; it posts to the first channel. */
  webhookUrl: string;
  token: string;
  faults: FaultPlan;
  /** The methods that were called, with their arguments, whatever the outcome. */
  calls: { method: string; parameters: Parameters }[];
  /** The channels. A test may change them: rename, archive, add. */
  channels: SlackChannel[];
  /** Addresses of images that Slack cannot download. */
  unfetchable: Set<string>;
  /** How many channels a page of the list has at most. */
  setListPageSize(size: number): void;
  /** What people see in a channel itself, oldest first; without a channel, in the first one. */
  inChannel(channel?: string): SlackMessage[];
  /** What people see in a message's thread, oldest first. */
  replies(message: SlackMessage): SlackMessage[];
  /** Everything that people see, in channels and threads. */
  messages(): SlackMessage[];
  /** Deletes a message, as a person does. */
  remove(message: SlackMessage): void;
  /** User IDs by email address, in lower case. */
  users: Map<string, string>;
  /** Users of another workspace that shares a channel. */
  strangers: Set<string>;
  /** What a person was told in response to a press, and nobody else sees. */
  whispers: { user: string; text: string }[];
  /** Presses a message's button, as a person does, after Slack's confirmation. Gives the receiver's response. */
  press(message: SlackMessage, press: PressOptions): Promise<Response>;
  /** Adds a message by someone else. */
  say(words: string, channel?: string): SlackMessage;
  close(): Promise<void>;
}

/** Starts a workspace with one app in it, that checks what Slack checks. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { token = FAKE_SLACK_TOKEN, scopes = ALL_SCOPES, now = Date.now } = options;
  const workspace = new Workspace(now);
  const first: SlackChannel = {
    id: 'C0123456789',
    name: 'experiments',
    isPrivate: false,
    isMember: true,
    isArchived: false,
  };
  workspace.channels.push(first, ...(options.channels ?? []).map((channel) => ({ ...first, ...channel })));
  for (const [email, id] of Object.entries(options.users ?? {})) {
    workspace.users.set(email.toLowerCase(), id);
  }
  const calls: FakeSlack['calls'] = [];
  const whispers: FakeSlack['whispers'] = [];
  const app: App = { bot: 'B0123456789', user: 'U0123456789', scopes };

  const { origin, faults, close } = await startFaultyServer(
    (request, body) => {
      const url = request.url ?? '';
      if (url.startsWith('/actions/')) {
        return takeResponse(url, body);
      }
      return url.startsWith('/services/') ? takeWebhook(request, body) : takeCall(request, body);
    },
    (response) => void response.setHeader('Date', new Date(now()).toUTCString()),
  );

  return {
    url: `${origin}/api/`,
    webhookUrl: `${origin}/services/T0123456789/B0123456789/abcdefghijklmnopqrstuvwx`,
    token,
    faults,
    calls,
    channels: workspace.channels,
    unfetchable: workspace.unfetchable,
    users: workspace.users,
    strangers: workspace.strangers,
    whispers,
    press: (message, options) => postPress(message, options, { origin, now }),
    setListPageSize: (size) => {
      workspace.listPageSize = size;
    },
    inChannel: (channel = first.id) => workspace.inChannel(channel),
    replies: ({ channel, ts }) => workspace.replies(channel, ts),
    messages: () => workspace.all(),
    remove: (message) => {
      message.deleted = true;
    },
    say: (words, channel = first.id) =>
      workspace.add({ channel, thread: null, text: words, blocks: [], metadata: null, bot: 'B0000000000' }),
    close,
  };

  /** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
  function takeResponse(url: string, body: string): (response: ServerResponse) => void {
    const { text, response_type } = JSON.parse(body) as { text?: string; response_type?: string };
    if (response_type !== 'ephemeral' || !text) {
      return (response) => void response.writeHead(200).end('{"ok":false,"error":"no_text"}');
    }
    whispers.push({ user: url.split('/').at(-1) as string, text });
    return (response) => void response.writeHead(200).end('ok');
  }

  function takeCall(request: IncomingMessage, body: string): (response: ServerResponse) => void {
    const name = /^\/api\/([\w.]+)$/.exec(request.url ?? '')?.[1] ?? '';
    const parameters = readParameters(request, body);
    if (parameters !== null) {
      calls.push({ method: name, parameters });
    }
    const answer = answerCall(request, name, parameters);
    const method = METHODS[name];
    return (response) => {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.setHeader('x-oauth-scopes', scopes.join(','));
      if (method !== undefined && method.scopes.length > 0) {
        response.setHeader('x-accepted-oauth-scopes', method.scopes.join(','));
      }
      response.end(JSON.stringify(answer));
    };
  }

  function answerCall(request: IncomingMessage, name: string, parameters: Parameters | null): Answer {
    const method = METHODS[name];
    if (request.method !== 'POST' || method === undefined) {
      return failed('unknown_method');
    }
    if (parameters === null) {
      return failed('invalid_form_data');
    }
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? parameters.token;
    if (given === undefined) {
      return failed('not_authed');
    }
    if (given !== token) {
      return failed('invalid_auth');
    }
    if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.includes(scope))) {
      return { ...failed('missing_scope'), needed: method.scopes.join(','), provided: scopes.join(',') };
    }
    return method.run(workspace, parameters, app);
  }

  /** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
  function takeWebhook(request: IncomingMessage, body: string): (response: ServerResponse) => void {
    const refuse = (status: number, words: string) => (response: ServerResponse) => {
      response.writeHead(status, { 'Content-Type': 'text/html' }).end(words);
    };
    if (request.url !== '/services/T0123456789/B0123456789/abcdefghijklmnopqrstuvwx') {
      return refuse(404, 'no_service');
    }
    if (first.isArchived) {
      return refuse(410, 'channel_is_archived');
    }
    let payload: { text?: unknown; blocks?: unknown };
    try {
      payload = JSON.parse(body);
    } catch {
      return refuse(400, 'invalid_payload');
    }
    if ((payload.text ?? '') === '' && payload.blocks === undefined) {
      return refuse(400, 'no_text');
    }
    if (payload.blocks !== undefined && blockFaults(payload.blocks, workspace.unfetchable).length > 0) {
      return refuse(400, 'invalid_blocks');
    }
    workspace.add({
      channel: first.id,
      thread: null,
      text: String(payload.text ?? ''),
      blocks: (payload.blocks ?? []) as Record<string, unknown>[],
      metadata: null,
      bot: 'B0WEBHOOK00',
    });
    return refuse(200, 'ok');
  }
}

function readParameters(request: IncomingMessage, body: string): Parameters | null {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    try {
      return JSON.parse(body);
    } catch {
      return null;
    }
  }
  return type.startsWith('application/x-www-form-urlencoded')
    ? Object.fromEntries(new URLSearchParams(body))
    : null;
}
