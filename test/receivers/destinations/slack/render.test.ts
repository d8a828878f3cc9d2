import { describe, expect, test } from '@jest/globals';
import type { ExperienceMessage, Message } from '../../../../receivers/destinations/contract.ts';
import type { SlackMessage } from '../../../../receivers/destinations/slack/blocks.ts';
import { slack } from '../../../../receivers/destinations/slack/definition.ts';
import { renderCard, renderMessage, renderReply } from '../../../../receivers/destinations/slack/render.ts';
import type { Results } from '../../../../receivers/experience/results.ts';
import { blockFaults } from '../../../fakes/slack/blocks.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { AWKWARD_MESSAGES, SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';

const PEOPLE = new Map([['jonas@alpine-goods.example', 'U0JONAS00']]);

const LINKS = {
  intelligems: 'https://app.example.com/experiences/7c0d9a54',
  console: 'https://receiver.example.com/console/events/abc',
};

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Price −5 % is likely better: 87 % chance to beat the control. 21 days, 4,100 visitors.',
  currency: 'USD',
  monthlyRevenue: 4210.5,
  chart: { url: 'https://charts.example.com/c.png', description: 'Revenue per visitor by day' },
  variations: [
    {
      id: 'a',
      name: 'Control',
      isControl: true,
      visitors: 2050,
      orders: 61,
      conversion: 0.0298,
      revenuePerVisitor: 2.41,
      profitPerVisitor: null,
      uplift: null,
      probabilityToBeatBaseline: null,
    },
    {
      id: 'b',
      name: 'Price −5 %',
      isControl: false,
      visitors: 2050,
      orders: 72,
      conversion: 0.0351,
      revenuePerVisitor: 2.63,
      profitPerVisitor: null,
      uplift: { value: 0.091, low: -0.02, high: 0.21 },
      probabilityToBeatBaseline: 0.87,
    },
  ],
};

const MESSAGES: Record<string, Message> = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  'with links': sampleMessage('start', { links: LINKS }),
  'with results': sampleMessage('end', { results: RESULTS, links: LINKS }),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
  alert: {
    ...SAMPLE_REPORT,
    report: {
      ...SAMPLE_REPORT.report,
      topic: 'alert',
      title: 'Email has been failing since 09:12',
      summary: 'The mail server does not answer. <!channel> is not mentioned.',
      link: 'https://receiver.example.com/console',
      sections: [],
    },
  },
};

function renderings(message: Message): Record<string, SlackMessage> {
  const whole = { message: renderMessage(message, PEOPLE) };
  return message.kind === 'report'
    ? whole
    : { ...whole, card: renderCard(message, PEOPLE), reply: renderReply(message, PEOPLE) };
}

describe.each(Object.entries(MESSAGES))('%s', (name, message) => {
  test('is rendered as the golden file shows', () => {
    const file = new URL(`golden/${name.replaceAll(' ', '-')}.json`, import.meta.url);
    expectGolden(file, `${JSON.stringify(renderings(message), null, 2)}\n`);
  });

  test('reads as the golden text shows', () => {
    const file = new URL(`golden/${name.replaceAll(' ', '-')}.txt`, import.meta.url);
    expectGolden(file, `${slack.preview(message, slack.example).text}\n`);
  });

  test('keeps Slack’s limits and mentions nobody by an experience’s text', () => {
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

describe('extremes', () => {
  const long = 'Ünïcode <&> '.repeat(400);

  test('an experience of which everything is too long keeps the limits', () => {
    const base = sampleMessage('end', { results: RESULTS, links: LINKS });
    const experience = {
      ...base.event.experience,
      name: long,
      type: long,
      variations: Array.from({ length: 100 }, (_, order) => ({ name: long, percentage: 1, order })),
    };
    const message: ExperienceMessage = {
      ...base,
      triggeredBy: long,
      late: true,
      recovered: true,
      event: { ...base.event, experience, organization: { name: long } },
      state: { ...base.state, experience, organization: { name: long } },
      changes: Array.from({ length: 100 }, () => ({ field: 'x', words: long, bookkeeping: false })),
      results: {
        ...RESULTS,
        summary: long,
        variations: Array.from({ length: 100 }, () => ({ ...RESULTS.variations[1]!, name: long })),
      },
    };
    for (const { blocks } of Object.values(renderings(message))) {
      expect(blockFaults(blocks)).toEqual([]);
      expect(JSON.stringify(blocks).length).toBeLessThan(13_200);
    }
  });

  test('a name of nothing but direction controls still has a heading', () => {
    const base = sampleMessage('start');
    const experience = { ...base.event.experience, name: '\u202E\u2066', variations: [{ name: '\u202E' }] };
    const message = { ...base, event: { ...base.event, experience }, state: { ...base.state, experience } };
    for (const { blocks } of Object.values(renderings(message))) {
      expect(blockFaults(blocks)).toEqual([]);
    }
  });

  test('a report with too much says how much is left out', () => {
    const section = {
      heading: long,
      lines: Array.from({ length: 40 }, () => long),
      table: { columns: ['A', 'B'], rows: Array.from({ length: 40 }, () => [long, '']) },
    };
    const report = { ...SAMPLE_REPORT.report, title: long, summary: long, sections: Array(60).fill(section) };
    const { blocks, text } = renderMessage({ ...SAMPLE_REPORT, report }, PEOPLE);
    expect(blockFaults(blocks)).toEqual([]);
    expect(JSON.stringify(blocks).length).toBeLessThan(13_200);
    expect(JSON.stringify(blocks)).toMatch(/… and \d+ more sections/);
    expect(text.length).toBeLessThanOrEqual(4000);
  });
});

describe('the preview', () => {
  test('is JSON with a link that opens the blocks in the Block Kit Builder', () => {
    const { document } = slack.preview(sampleMessage('update'), slack.example);
    const parts = JSON.parse(document.content) as { where: string; blocks: unknown; builder: string }[];
    expect(document.type).toBe('json');
    expect(parts.map(({ where }) => where)).toEqual(['Card', 'In its thread']);
    for (const { blocks, builder } of parts) {
      expect(JSON.parse(decodeURIComponent(new URL(builder).hash.slice(1)))).toEqual({ blocks });
    }
  });

  test('shows plain messages where the settings ask for them', () => {
    const settings = slack.settings.parse({ webhookUrl: 'https://hooks.slack.com/services/T/B/x' });
    expect(slack.preview(sampleMessage('update'), settings).text).toMatch(/^Message\n/);
  });
});
