import type { DestinationKind, Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { repeatedUnasked } from '../common/settings.ts';
import { utc } from '../common/text.ts';
import { renderDiscord } from './render.ts';
import { type DiscordSettings, discordSettings } from './settings.ts';

function preview(message: Message): Preview {
  const rendered = renderDiscord(message);
  const [{ title, description, fields, footer }] = rendered.embeds;
  const parts = [title, description, ...fields.map(({ name, value }) => `${name}\n${value}`), footer?.text];
  const text = parts
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
    .replace(/<t:(\d+):f>/g, (_, seconds) => utc(Number(seconds) * 1000))
    .replace(/\*\*|`/g, '')
    .replace(/\\(.)/g, '$1');
  return { text, document: { type: 'json', content: JSON.stringify(rendered, null, 2) } };
}

/** Discord: an embed per event, posted to a channel's webhook. */
export const discord: DestinationKind<DiscordSettings> = {
  kind: 'discord',
  title: 'Discord',
  settings: discordSettings,
  environment: {
    DISCORD_WEBHOOK_URL: 'webhookUrl',
    DISCORD_THREAD_ID: 'threadId',
    DISCORD_UNSURE: 'unsure',
  },
  repeated: ({ unsure }) => repeatedUnasked('Discord', unsure),
  concurrency: 2,
  preview,
  example: { webhookUrl: 'https://discord.com/api/webhooks/123456789012345678/token', unsure: 'repeat' },
  async open(settings, services) {
    const { openDiscord } = await import('./send.ts');
    return openDiscord(settings, services);
  },
};
