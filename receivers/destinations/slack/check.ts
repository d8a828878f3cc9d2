import type { Check, SettingName } from '../../contract/destination.ts';
import { channelWords, findChannel, isChannelId } from './channels.ts';
import type { Call } from './client.ts';
import type { SlackSettings } from './settings.ts';

interface Identity {
  team?: string;
  user?: string;
  response_metadata?: { scopes?: string[] };
}

interface ChannelInfo {
  channel?: { name?: string; is_member?: boolean; is_archived?: boolean };
}

const REINSTALL =
  'Add it to the app (OAuth & Permissions), or paste manifest.yaml anew, and install the app again.';

/** Looks whether the token is good for what the settings ask, and whether the app is in its channels. */
export async function checkSlack(
  call: Call,
  { channel: channels = [], mentions, unsure }: Pick<SlackSettings, 'channel' | 'mentions' | 'unsure'>,
  setting: SettingName,
): Promise<Check[]> {
  const identity = await call<Identity>('auth.test', {});
  if (!identity.ok) {
    const { reason, kind } = identity.failure;
    const fix =
      kind === 'permanent' ? `Correct ${setting('token')} and start again.` : 'Look again in a minute.';
    return [{ what: 'Slack token', state: 'fault', finding: reason, fix }];
  }
  const { team, user, response_metadata } = identity.data;
  const checks: Check[] = [
    {
      what: 'Slack token',
      state: 'ok',
      finding: `Posts as @${user ?? '?'} in ${team ?? 'the workspace'}.`,
      fix: null,
    },
  ];
  const scopes = response_metadata?.scopes;
  if (scopes !== undefined) {
    checks.push(...scopeChecks(scopes, { mentions, unsure }, setting));
  }
  for (const channel of channels) {
    checks.push(await channelCheck(call, channel, user ?? 'the-app', setting));
  }
  return checks;
}

function scopeChecks(
  scopes: readonly string[],
  { mentions, unsure }: Pick<SlackSettings, 'mentions' | 'unsure'>,
  setting: SettingName,
): Check[] {
  const checks: Check[] = [];
  if (!scopes.includes('chat:write')) {
    const finding = 'The token lacks the scope chat:write, without which nothing can be posted.';
    checks.push({ what: 'Slack scopes', state: 'fault', finding, fix: REINSTALL });
  }
  const missing = ['channels:history', 'groups:history'].filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const where =
      missing.length === 2
        ? ''
        : missing[0] === 'channels:history'
          ? ' in a public channel'
          : ' in a private channel';
    const then =
      unsure === 'repeat'
        ? 'a message that may have arrived is sent again, and may come twice'
        : 'a message that may have arrived is not sent again, and may be missing';
    const finding = `The token lacks ${missing.join(' and ')}: after a time-out or a crash${where} ${then} (${setting('unsure', unsure)}).`;
    checks.push({ what: 'Slack scopes', state: 'warning', finding, fix: REINSTALL });
  }
  if (mentions && !scopes.includes('users:read.email')) {
    const finding =
      'The token lacks users:read.email: people are shown by their email address, not as @name.';
    const fix = `${REINSTALL} Or set ${setting('mentions', 'false')}.`;
    checks.push({ what: 'Slack scopes', state: 'warning', finding, fix });
  }
  return checks;
}

async function channelCheck(call: Call, channel: string, user: string, setting: SettingName): Promise<Check> {
  const what = `Slack channel ${channelWords(channel)}`;
  const found = isChannelId(channel)
    ? { ok: true as const, data: { id: channel } }
    : await findChannel(call, channel);
  if (found.ok && found.data.id === null) {
    const fix = `Check the name. If the channel is private, type there: /invite @${user}`;
    return { what, state: 'fault', finding: 'The app sees no such channel.', fix };
  }
  const info = found.ok ? await call<ChannelInfo>('conversations.info', { channel: found.data.id }) : found;
  if (!info.ok) {
    return info.failure.code === 'missing_scope'
      ? { what, state: 'warning', finding: `It cannot be looked at. ${info.failure.reason}`, fix: REINSTALL }
      : {
          what,
          state: 'fault',
          finding: info.failure.reason,
          fix: `Check ${setting('channel')}; type there: /invite @${user}`,
        };
  }
  const { is_member, is_archived, name } = info.data.channel ?? {};
  if (is_archived === true) {
    return {
      what,
      state: 'fault',
      finding: 'The channel is archived.',
      fix: 'Unarchive it, or set another one.',
    };
  }
  if (is_member === false) {
    const fix = `Type in the channel: /invite @${user}`;
    return { what, state: 'fault', finding: 'The app is no member of the channel.', fix };
  }
  return { what, state: 'ok', finding: `Posts to #${name ?? channel}.`, fix: null };
}
