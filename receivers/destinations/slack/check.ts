import { type Check, IN_CONSOLE, type SettingName } from '../../contract/destination.ts';
import { CHECK_AGAIN } from '../common/webhook-check.ts';
import { checkButtons } from './button-check.ts';
import { channelWords } from './channels.ts';
import type { Call } from './client.ts';
import type { Failure } from './failure.ts';
import { askAbout, type ChannelInfo, type Place, type Places } from './place.ts';
import type { SlackSettings } from './settings.ts';

interface Identity {
  team?: string;
  user?: string;
  response_metadata?: { scopes?: string[] };
}

const ADD_SCOPES =
  'Add what is missing to the app (OAuth & Permissions), or paste manifest.yaml again, and install the app again.';

/** Checks the token, its scopes, and the channels in the way in which sending finds them. */
export async function checkSlack(
  call: Call,
  settings: Pick<SlackSettings, 'channel' | 'mentions' | 'unsure' | 'actors'>,
  places: Places,
  setting: SettingName,
): Promise<Check[]> {
  const identity = await call<Identity>('auth.test', {});
  if (!identity.ok) {
    return [tokenFault(identity.failure, setting)];
  }
  const { team, user = 'the-app', response_metadata } = identity.data;
  const finding = `Posts as @${user} in ${team ?? 'the workspace'}.`;
  const checks: Check[] = [{ what: 'Slack token', state: 'ok', finding, fix: null }];
  const scopes = response_metadata?.scopes;
  if (scopes !== undefined) {
    checks.push(...scopeChecks(scopes, settings, setting));
  }
  for (const channel of settings.channel ?? []) {
    const place = await places.find(call, channel, async () => null);
    checks.push(await channelCheck(call, { channel, place, user }, setting));
  }
  if (settings.actors !== undefined) {
    checks.push(...(await checkButtons(call, { actors: settings.actors, scopes }, setting)));
  }
  return checks;
}

function tokenFault({ kind, reason }: Failure, setting: SettingName): Check {
  const token = setting('token');
  const restart = token.endsWith(IN_CONSOLE) ? '' : ' and start again';
  const fix = kind === 'permanent' ? `Correct ${token}${restart}.` : CHECK_AGAIN;
  return { what: 'Slack token', state: 'fault', finding: reason, fix };
}

function scopeChecks(
  scopes: readonly string[],
  { mentions, unsure }: Pick<SlackSettings, 'mentions' | 'unsure'>,
  setting: SettingName,
): Check[] {
  const what = 'Slack scopes';
  const checks: Check[] = [];
  if (!scopes.includes('chat:write')) {
    const finding = 'The token lacks the scope chat:write. Nothing can be posted without it.';
    checks.push({ what, state: 'fault', finding, fix: ADD_SCOPES });
  }
  const missing = ['channels:history', 'groups:history'].filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) {
    const then =
      unsure === 'repeat' ? 'is sent again, and may appear twice' : 'is not sent again, and may be missing';
    const finding = `The token lacks ${missing.join(' and ')}: after a timeout or a crash, a message ${whereWords(missing)}that may have arrived ${then} (${setting('unsure', unsure)}).`;
    checks.push({ what, state: 'warning', finding, fix: ADD_SCOPES });
  }
  if (mentions && !scopes.includes('users:read.email')) {
    const finding =
      'The token lacks users:read.email: people are shown by their email address, not as @name.';
    const fix = `${ADD_SCOPES} Or set ${setting('mentions', 'false')}.`;
    checks.push({ what, state: 'warning', finding, fix });
  }
  return checks;
}

function whereWords(missing: readonly string[]): string {
  if (missing.length > 1) {
    return '';
  }
  return missing[0] === 'channels:history' ? 'in a public channel ' : 'in a private channel ';
}

async function channelCheck(
  call: Call,
  { channel, place, user }: { channel: string; place: Place; user: string },
  setting: SettingName,
): Promise<Check> {
  const what = `Slack channel ${channelWords(channel)}`;
  if (place.state === 'unknown') {
    const finding = `Could not look up the channel by its name: ${place.why}. Posting may fail.`;
    const fix = `Set ${setting('channel')} to the channel’s ID (in Slack: the channel’s name, About, at the bottom).`;
    return { what, state: 'warning', finding, fix };
  }
  if (place.state === 'failed') {
    return channelFault(what, place.failure, user, setting);
  }
  const info = place.info === null ? await askAbout(call, place.id) : { ok: true as const, data: place.info };
  if (!info.ok) {
    return info.failure.code === 'missing_scope'
      ? {
          what,
          state: 'warning',
          finding: `The channel cannot be checked. ${info.failure.reason}`,
          fix: ADD_SCOPES,
        }
      : channelFault(what, info.failure, user, setting);
  }
  return infoCheck(what, { channel, info: info.data, renamed: place.renamed, user }, setting);
}

function channelFault(
  what: string,
  { code, kind, reason }: Failure,
  user: string,
  setting: SettingName,
): Check {
  if (kind !== 'permanent') {
    const state = kind === 'rate limited' ? 'warning' : 'fault';
    return { what, state, finding: reason, fix: 'Run the check again in a minute.' };
  }
  const isUnknown = code === 'channel_not_found';
  const finding = isUnknown ? 'Slack does not know the channel, or the app cannot see it.' : reason;
  const fix = `Check ${setting('channel')}. If the channel is private, type there: /invite @${user}`;
  return { what, state: 'fault', finding, fix };
}

function infoCheck(
  what: string,
  { channel, info, renamed, user }: { channel: string; info: ChannelInfo; renamed: boolean; user: string },
  setting: SettingName,
): Check {
  const { is_member, is_archived, name = channel } = info;
  if (is_archived === true) {
    const fix = 'Unarchive it, or set another channel.';
    return { what, state: 'fault', finding: 'The channel is archived.', fix };
  }
  if (is_member === false) {
    const fix = `Type in the channel: /invite @${user}`;
    return { what, state: 'fault', finding: 'The app is not a member of the channel.', fix };
  }
  if (renamed) {
    const finding = `The channel is now called #${name}. Messages still go there.`;
    return {
      what,
      state: 'warning',
      finding,
      fix: `Set ${setting('channel')} to #${name}, or to the channel’s ID.`,
    };
  }
  return { what, state: 'ok', finding: `Posts to #${name}.`, fix: null };
}
