import { describe, expect, test } from '@jest/globals';
import type { Message } from '../../../../receivers/contract/message.ts';
import type { SlackMessage } from '../../../../receivers/destinations/slack/blocks.ts';
import { slack } from '../../../../receivers/destinations/slack/definition.ts';
import { renderCard, renderMessage, renderReply } from '../../../../receivers/destinations/slack/render.ts';
import { experienceState } from '../../../../receivers/experience/state.ts';
import { blockFaults } from '../../../fakes/slack/blocks.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { eventOf, messageOf, NOW, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
import { CHAT_MESSAGES, extremeMessages } from '../common/messages.ts';

const PEOPLE = new Map([['jonas@alpine-goods.example', 'U0JONAS00']]);

function renderings(message: Message): Record<string, SlackMessage> {
  const whole = { message: renderMessage(message, PEOPLE) };
  return message.kind === 'report'
    ? whole
    : { ...whole, card: renderCard(message, PEOPLE), reply: renderReply(message, PEOPLE) };
}

describe.each(Object.entries(CHAT_MESSAGES))('%s', (name, message) => {
  test('the Slack message matches its golden file', () => {
    const file = new URL(`golden/${name.replaceAll(' ', '-')}.json`, import.meta.url);
    expectGolden(file, `${JSON.stringify(renderings(message), null, 2)}\n`);
  });

  test('the Slack preview matches its golden text', () => {
    const file = new URL(`golden/${name.replaceAll(' ', '-')}.txt`, import.meta.url);
    expectGolden(file, `${slack.preview(message, slack.example).text}\n`);
  });

  test('the message stays within Slack’s limits and does not mention anyone because of an experience’s text', () => {
    for (const { text, blocks } of Object.values(renderings(message))) {
      expect(blockFaults(blocks)).toEqual([]);
      expect(JSON.stringify(blocks).length).toBeLessThan(12_500);
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(4000);
      expect(text).not.toMatch(/<(?!!date)/);
      expect(markup(blocks)).not.toMatch(/<[!@#](?!date\^|U0JONAS00>)/);
    }
  });
});

/** Every text in which Slack reads markup. */
function markup(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return '';
  }
  const { type, text } = value as { type?: unknown; text?: unknown };
  return type === 'mrkdwn' ? `${text}\n` : Object.values(value).map(markup).join('');
}

test.each(Object.entries(extremeMessages()))(
  'the extreme message %s stays within Slack’s limits',
  (name, message) => {
    for (const { blocks, text } of Object.values(renderings(message))) {
      expect(blockFaults(blocks)).toEqual([]);
      expect(JSON.stringify(blocks).length).toBeLessThan(13_200);
      expect(text.length).toBeLessThanOrEqual(4000);
      expect(JSON.stringify(blocks)).toMatch(name === 'report' ? /… and \d+ more sections/ : /./);
    }
  },
);

describe('the running time on a card, which does not change between two events', () => {
  const HOUR = 3_600_000;
  const start = samplePayload('start').timestamp;
  const cardAfter = (...actions: string[]): string => {
    const payloads = actions.map((action, index) => ({
      ...samplePayload('start'),
      action: `${action}Experience`,
      timestamp: start + index * 2 * HOUR,
      experience: { ...samplePayload('start').experience, experienceActions: [] },
    }));
    const history = payloads.map(eventOf);
    const message = messageOf(payloads.at(-1) as object, { history, state: experienceState(history, NOW) });
    const shown = { ...slack.example, mode: 'card' as const };
    return slack.preview(message, shown).text;
  };

  test('the card of a running experience shows when it started, which Slack keeps up to date', () => {
    const card = JSON.stringify(renderCard(sampleMessage('update'), PEOPLE));
    expect(card).toContain('*Started*\\n<!date^1788341400^{date_short_pretty} at {time} ({ago})|');
    expect(cardAfter('start', 'update')).not.toContain('Running time');
  });

  test('the card of a running experience with pauses shows when its running time was counted', () => {
    const moment = new Date(start + 4 * HOUR).toISOString().slice(0, 16).replace('T', ' ');
    expect(cardAfter('start', 'pause', 'start')).toContain(`Running time: 2 hours by ${moment} UTC`);
  });

  test('the card of an experience that no longer runs shows its running time', () => {
    expect(cardAfter('start', 'pause', 'start', 'end')).toMatch(/Running time: 4 hours$/m);
  });
});

describe('the preview', () => {
  test('the Slack preview is JSON with a link that opens the Block Kit Builder', () => {
    const { document } = slack.preview(sampleMessage('update'), slack.example);
    const parts = JSON.parse(document.content) as { where: string; blocks: unknown; builder: string }[];
    expect(document.type).toBe('json');
    expect(parts.map(({ where }) => where)).toEqual(['Card', 'In its thread']);
    for (const { blocks, builder } of parts) {
      expect(JSON.parse(decodeURIComponent(new URL(builder).hash.slice(1)))).toEqual({ blocks });
    }
  });

  test('the Slack preview shows plain messages if the settings ask for them', () => {
    const settings = slack.settings.parse({ webhookUrl: 'https://hooks.slack.com/services/T/B/x' });
    expect(slack.preview(sampleMessage('update'), settings).text).toMatch(/^Message\n/);
  });
});
