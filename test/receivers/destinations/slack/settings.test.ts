import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { slack } from '../../../../receivers/destinations/slack/definition.ts';

function faults(settings: unknown): string[] {
  const parsed = slack.settings.safeParse(settings);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const TOKEN = { token: 'xoxb-1-2', channel: 'C0123456789' };

describe('the settings', () => {
  test('the settings of Slack take channels as text or as a list, by ID or by name', () => {
    const channels = (channel: unknown) => slack.settings.parse({ ...TOKEN, channel }).channel;
    expect(channels('C0123456789, #experiments')).toEqual(['C0123456789', 'experiments']);
    expect(channels('https://alpine-goods.slack.com/archives/C0123456789')).toEqual(['C0123456789']);
    expect(channels(['#experiments', 'experiments', 'prüf_läufe-2'])).toEqual([
      'experiments',
      'prüf_läufe-2',
    ]);
  });

  test('the settings of Slack take switches as text or typed', () => {
    expect(slack.settings.parse({ ...TOKEN, mentions: 'false' }).mentions).toBe(false);
    expect(slack.settings.parse({ ...TOKEN, mentions: false }).mentions).toBe(false);
    expect(slack.settings.parse(TOKEN)).toMatchObject({
      mentions: true,
      unsure: 'repeat',
      apiUrl: 'https://slack.com/api/',
    });
  });

  test.each([
    [{}, 'token: Set the bot token and a channel, or the URL of an incoming webhook.'],
    [{ token: 'xoxb-1' }, 'channel: Set the channel to post to.'],
    [{ channel: 'C0123456789' }, 'token: Set the bot token and a channel'],
    [{ ...TOKEN, webhookUrl: 'https://hooks.slack.com/x' }, 'webhookUrl: Set either token and channel or'],
    [{ webhookUrl: 'https://hooks.slack.com/x', mode: 'card' }, 'mode: An incoming webhook cannot update'],
    [{ ...TOKEN, token: 'Bearer abc' }, 'token: Write the app’s bot token'],
    [{ ...TOKEN, channel: 'Experiments!' }, 'channel.0: Write a channel’s ID'],
    [{ ...TOKEN, channel: ' , ' }, 'channel: Write a channel’s ID'],
    [{ ...TOKEN, mode: 'cards' }, 'mode: Write “card” or “message”.'],
    [{ ...TOKEN, mentions: 'perhaps' }, 'mentions: Write “true” or “false”.'],
    [{ ...TOKEN, apiUrl: 'ftp://slack.com' }, 'apiUrl: Write an address such as'],
    [{ ...TOKEN, chanel: 'x' }, ': Unrecognized key: "chanel"'],
  ])('the settings of Slack %j are refused with what to write instead', (settings, message) => {
    expect(faults(settings)).toEqual([expect.stringContaining(message)]);
  });

  test('the settings of Slack are described for editors, with secrets marked', () => {
    const schema = z.toJSONSchema(slack.settings, { io: 'input' }) as {
      properties: Record<string, { description?: string; secret?: boolean }>;
    };
    expect(Object.keys(schema.properties).sort()).toEqual(Object.values(slack.environment).sort());
    for (const property of Object.values(schema.properties)) {
      expect(property.description).toEqual(expect.any(String));
    }
    expect(schema.properties.token?.secret).toBe(true);
    expect(schema.properties.webhookUrl?.secret).toBe(true);
  });

  test('the example of Slack’s settings is valid', () => {
    expect(slack.settings.parse(slack.example)).toEqual(slack.example);
  });
});
