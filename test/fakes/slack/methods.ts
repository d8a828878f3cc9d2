import { blockFaults } from './blocks.ts';
import type { MessageMetadata, SlackChannel, SlackMessage, Workspace } from './workspace.ts';

export type Parameters = Record<string, unknown>;
export type Answer = { ok: boolean } & Record<string, unknown>;

export interface Method {
  /** Any one of them is enough. */
  scopes: readonly string[];
  run(workspace: Workspace, parameters: Parameters, app: App): Answer;
}

/** The bot that a token belongs to. */
export interface App {
  bot: string;
  user: string;
  scopes: readonly string[];
}

/** About where Slack draws the line; it documents none. https://github.com/slackapi/bolt-js/issues/2509 */
const ALL_BLOCKS_LIMIT = 13_200;

/** The methods of the Web API that the fake knows, with the scopes that they need. */
export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': {
    scopes: [],
    run: (_, __, app) => ({
      ok: true,
      url: 'https://alpine-goods.slack.com/',
      team: 'Alpine Goods',
      user: 'experiments',
      team_id: 'T0123456789',
      user_id: app.user,
      bot_id: app.bot,
    }),
  },
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.update': { scopes: ['chat:write'], run: updateMessage },
  'conversations.history': {
    scopes: ['channels:history', 'groups:history'],
    run: (workspace, parameters, app) => {
      const channel = readableChannel(workspace, parameters, app);
      return 'ok' in channel
        ? channel
        : page(workspace.inChannel(channel.id).reverse(), parameters, { most: 999 });
    },
  },
  'conversations.replies': {
    scopes: ['channels:history', 'groups:history'],
    run: (workspace, parameters, app) => {
      const channel = readableChannel(workspace, parameters, app);
      if ('ok' in channel) {
        return channel;
      }
      const ts = String(parameters.ts ?? '');
      if (!workspace.hasThread(channel.id, ts)) {
        return failed('thread_not_found');
      }
      const parent = workspace.find(channel.id, ts);
      return page(workspace.replies(channel.id, ts), parameters, { most: 1000, first: parent });
    },
  },
  'conversations.list': {
    scopes: ['channels:read', 'groups:read'],
    run: (workspace, parameters, app) => {
      const types = String(parameters.types ?? 'public_channel').split(',');
      const missing = types.includes('private_channel') && !app.scopes.includes('groups:read');
      if (missing) {
        return { ...failed('missing_scope'), needed: 'groups:read', provided: app.scopes.join(',') };
      }
      const channels = workspace.channels.filter(
        ({ isPrivate, isMember }) =>
          types.includes(isPrivate ? 'private_channel' : 'public_channel') && (!isPrivate || isMember),
      );
      const start = Number(parameters.cursor ?? 0);
      const end = start + Math.min(Number(parameters.limit ?? 100), workspace.listPageSize);
      // Archived channels are left out after a page is cut, so that pages may even be empty.
      // https://github.com/slackapi/python-slack-sdk/issues/1494
      const hidesArchived = String(parameters.exclude_archived) === 'true';
      const shown = channels.slice(start, end).filter(({ isArchived }) => !(isArchived && hidesArchived));
      return {
        ok: true,
        channels: shown.map(channelDocument),
        response_metadata: { next_cursor: end < channels.length ? String(end) : '' },
      };
    },
  },
  'conversations.info': {
    scopes: ['channels:read', 'groups:read'],
    run: (workspace, parameters) => {
      const channel = workspace.channel(String(parameters.channel));
      return channel === undefined || (channel.isPrivate && !channel.isMember)
        ? failed('channel_not_found')
        : { ok: true, channel: channelDocument(channel) };
    },
  },
  // https://docs.slack.dev/reference/methods/users.info
  'users.info': {
    scopes: ['users:read'],
    run: (workspace, { user }, app) => {
      const [email] = [...workspace.users].find(([, id]) => id === user) ?? [];
      if (email === undefined) {
        return failed('user_not_found');
      }
      const real_name = (email.split('@')[0] as string).replace(/^./, (first) => first.toUpperCase());
      const shown = app.scopes.includes('users:read.email') ? { email } : {};
      return {
        ok: true,
        user: {
          id: user,
          team_id: workspace.strangers.has(String(user)) ? 'T0000000099' : 'T0123456789',
          deleted: false,
          real_name,
          is_email_confirmed: true,
          ...(workspace.strangers.has(String(user)) && { is_stranger: true }),
          profile: { real_name, ...shown },
        },
      };
    },
  },
  'users.lookupByEmail': {
    scopes: ['users:read.email'],
    run: (workspace, { email }) => {
      const id = workspace.users.get(String(email).toLowerCase());
      return id === undefined ? failed('users_not_found') : { ok: true, user: { id, profile: { email } } };
    },
  },
};

export function failed(error: string, messages: readonly string[] = []): Answer {
  return messages.length === 0
    ? { ok: false, error }
    : { ok: false, error, response_metadata: { messages: messages.map((each) => `[ERROR] ${each}`) } };
}

function channelDocument({ id, name, isPrivate, isMember, isArchived }: SlackChannel): object {
  return {
    id,
    name,
    is_channel: true,
    is_private: isPrivate,
    is_member: isMember,
    is_archived: isArchived,
  };
}

function postMessage(workspace: Workspace, parameters: Parameters, app: App): Answer {
  // Slack documents names too, but answers channel_not_found to many of them, such as those of private channels.
  // https://github.com/slackapi/python-slack-sdk/issues/1312
  const channel = workspace.channel(String(parameters.channel));
  if (channel === undefined || (channel.isPrivate && !channel.isMember)) {
    return failed('channel_not_found');
  }
  if (channel.isArchived) {
    return failed('is_archived');
  }
  if (!channel.isMember && !app.scopes.includes('chat:write.public')) {
    return failed('not_in_channel');
  }
  const content = readContent(workspace, parameters);
  if ('ok' in content) {
    return content;
  }
  const threadTs = parameters.thread_ts === undefined ? null : String(parameters.thread_ts);
  if (threadTs !== null && !/^\d+\.\d{6}$/.test(threadTs)) {
    return failed('invalid_arguments', ['thread_ts must be a timestamp']);
  }
  // Slack says nothing when the thread's first message is gone: the reply lands in the channel.
  // https://github.com/slack-go/slack/issues/1571
  const thread = threadTs !== null && workspace.hasThread(channel.id, threadTs) ? threadTs : null;
  const { warning, ...kept } = content;
  const message = workspace.add({ channel: channel.id, thread, bot: app.bot, ...kept });
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    message: messageDocument(message, true),
    ...(warning === undefined ? {} : { warning, response_metadata: { warnings: [warning] } }),
  };
}

function updateMessage(workspace: Workspace, parameters: Parameters, app: App): Answer {
  const channel = workspace.channel(String(parameters.channel));
  if (channel === undefined || (channel.isPrivate && !channel.isMember)) {
    return failed('channel_not_found');
  }
  if (channel.isArchived) {
    return failed('is_archived');
  }
  const message = workspace.find(channel.id, String(parameters.ts));
  if (message === undefined) {
    return failed('message_not_found');
  }
  if (message.bot !== app.bot) {
    return failed('cant_update_message');
  }
  const content = readContent(workspace, parameters);
  if ('ok' in content) {
    return content;
  }
  message.text = content.text;
  message.blocks = content.blocks;
  message.metadata = parameters.metadata === undefined ? message.metadata : content.metadata;
  message.updates += 1;
  return { ok: true, channel: channel.id, ts: message.ts, text: message.text };
}

type Content = Pick<SlackMessage, 'text' | 'blocks' | 'metadata'> & { warning?: string };

function readContent(workspace: Workspace, parameters: Parameters): Content | Answer {
  const text = parameters.text === undefined ? '' : String(parameters.text);
  const blocks = parsed(parameters.blocks);
  if (blocks === 'broken') {
    return failed('invalid_blocks_format');
  }
  const faults = blocks === undefined ? [] : blockFaults(blocks, workspace.unfetchable);
  if (faults.length > 0) {
    return failed('invalid_blocks', faults);
  }
  if (JSON.stringify(blocks ?? []).length > ALL_BLOCKS_LIMIT) {
    return failed('msg_blocks_too_long');
  }
  if (text === '' && (blocks === undefined || (blocks as unknown[]).length === 0)) {
    return failed('no_text');
  }
  if (text.length > 40_000) {
    return failed('msg_too_long');
  }
  const metadata = readMetadata(parameters.metadata);
  if (typeof metadata === 'string') {
    return failed(metadata);
  }
  const kept = { text, blocks: (blocks ?? []) as Record<string, unknown>[] };
  return metadata !== null && !/^[\w-]+$/.test(metadata.event_type)
    ? { ...kept, metadata: null, warning: 'invalid_metadata_schema' }
    : { ...kept, metadata };
}

function readMetadata(value: unknown): MessageMetadata | null | string {
  const metadata = parsed(value) as MessageMetadata | undefined | 'broken';
  if (metadata === undefined) {
    return null;
  }
  const isWhole =
    metadata !== 'broken' &&
    typeof metadata.event_type === 'string' &&
    typeof metadata.event_payload === 'object' &&
    metadata.event_payload !== null;
  if (!isWhole) {
    return 'invalid_metadata_format';
  }
  return JSON.stringify(metadata.event_payload).length > 16_000 ? 'metadata_too_large' : metadata;
}

/** A parameter that comes as JSON text in a form, or as it is in a JSON body. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return 'broken';
  }
}

function readableChannel(workspace: Workspace, parameters: Parameters, app: App): SlackChannel | Answer {
  const channel = workspace.channel(String(parameters.channel));
  if (channel === undefined || (channel.isPrivate && !channel.isMember)) {
    return failed('channel_not_found');
  }
  const needed = channel.isPrivate ? 'groups:history' : 'channels:history';
  if (!app.scopes.includes(needed)) {
    return { ...failed('missing_scope'), needed, provided: app.scopes.join(',') };
  }
  return channel.isMember ? channel : failed('not_in_channel');
}

/** One page of messages; a thread's first message leads each of its pages. */
function page(
  messages: readonly SlackMessage[],
  parameters: Parameters,
  { most, first }: { most: number; first?: SlackMessage },
): Answer {
  const limit = Number(parameters.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    return failed('invalid_limit');
  }
  const start = parameters.cursor === undefined ? 0 : Number(parameters.cursor);
  if (!Number.isInteger(start)) {
    return failed('invalid_cursor');
  }
  const oldest = Number(parameters.oldest ?? 0);
  const latest = Number(parameters.latest ?? Number.POSITIVE_INFINITY);
  const fitting = messages.filter(({ ts }) => Number(ts) > oldest && Number(ts) < latest);
  const end = start + limit;
  const shown = [...(first === undefined ? [] : [first]), ...fitting.slice(start, end)];
  const withMetadata = String(parameters.include_all_metadata) === 'true';
  return {
    ok: true,
    messages: shown.map((message) => messageDocument(message, withMetadata)),
    has_more: end < fitting.length,
    response_metadata: { next_cursor: end < fitting.length ? String(end) : '' },
  };
}

function messageDocument(message: SlackMessage, withMetadata: boolean): object {
  return {
    type: 'message',
    subtype: 'bot_message',
    ts: message.ts,
    text: message.text,
    bot_id: message.bot,
    blocks: message.blocks,
    ...(message.thread === null ? {} : { thread_ts: message.thread }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}
