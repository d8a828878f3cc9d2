import { describe, expect, test } from '@jest/globals';
import type { Results } from '../../../../receivers/contract/experience.ts';
import type { Message } from '../../../../receivers/contract/message.ts';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import { experienceState } from '../../../../receivers/experience/state.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import {
  AWKWARD_MESSAGES,
  eventOf,
  MONITORING_REPORTS,
  messageOf,
  NOW,
  SAMPLE_NAMES,
  SAMPLE_REPORT,
  type SampleName,
  sampleMessage,
  samplePayload,
} from '../../../fixtures/messages.ts';

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Price −5% is ahead, though not for certain.',
  currency: 'USD',
  monthlyRevenue: 12_400,
  chart: { url: 'https://charts.example/revenue.png', description: 'Revenue per visitor by day' },
  variations: [
    {
      id: 'control',
      name: 'Control',
      isControl: true,
      visitors: 12_480,
      orders: 401,
      conversion: 0.0321,
      revenuePerVisitor: 2.61,
      profitPerVisitor: null,
      uplift: null,
      probabilityToBeatBaseline: null,
    },
    {
      id: 'cheaper',
      name: 'Price −5% <b>',
      isControl: false,
      visitors: 12_391,
      orders: 455,
      conversion: 0.0367,
      revenuePerVisitor: 2.77,
      profitPerVisitor: 1.02,
      uplift: { value: 0.062, low: -0.01, high: 0.13 },
      probabilityToBeatBaseline: 0.92,
    },
  ],
};

const MESSAGES: Record<string, Message> = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
  ...MONITORING_REPORTS,
  '70 variations': sampleMessage('start', {
    event: {
      ...sampleMessage('start').event,
      experience: {
        ...sampleMessage('start').event.experience,
        name: 'Long '.repeat(10_000),
        variations: Array.from({ length: 70 }, (_, index) => ({ name: `Number ${index}`, percentage: 1 })),
      },
    },
  }),
  'a report with a chart and a link': {
    ...SAMPLE_REPORT,
    report: {
      ...SAMPLE_REPORT.report,
      link: 'https://receiver.example/digest',
      image: { url: 'https://charts.example/week.png', description: 'Visitors <week>' },
    },
  },
  results: sampleMessage('end', {
    results: RESULTS,
    links: {
      intelligems: 'https://app.example/experiences/1?a=1&b="2"',
      console: 'https://receiver.example/1',
    },
  }),
};

test.each(Object.entries(MESSAGES))('%s', (name, message) => {
  const settings = { ...email.example, timeZone: 'America/New_York', locale: 'en-US' };
  const { text, document } = email.preview(message, settings);
  const file = name.replaceAll(' ', '-');
  expectGolden(new URL(`golden/${file}.txt`, import.meta.url), text);
  expectGolden(new URL(`golden/${file}.html`, import.meta.url), `${document.content}\n`);
});

describe('a mail describes one moment', () => {
  const history = ['create', 'start', 'pause', 'end', 'delete'].map((name) =>
    eventOf(samplePayload(name as SampleName)),
  );
  const paused = sampleMessage('pause', { state: experienceState(history, NOW), superseded: true });

  test('a mail shows the state right after its own event, and a note shows the current state', () => {
    const { text, document } = email.preview(paused, email.example);
    expect(text).toContain('Status: paused\n');
    expect(text).toContain('Newer events are known: it is deleted now.');
    expect(text).not.toMatch(/^Ended:/m);
    expect(document.content).toContain('<b>deleted</b>');
  });

  test('a mail has no such note if nothing newer is known', () => {
    expect(email.preview(sampleMessage('pause'), email.example).text).not.toContain('Newer events');
  });

  test('results that became known later appear only in the mail of the end', () => {
    const withResults = { ...paused, results: RESULTS };
    expect(email.preview(withResults, email.example).text).not.toContain(RESULTS.summary);
    expect(email.preview(sampleMessage('end', { results: RESULTS }), email.example).text).toContain(
      RESULTS.summary,
    );
  });
});

describe('what the results recommend', () => {
  test.each<[Results['verdict'], string | null]>([
    ['strong_win', 'Price −5% <b>'],
    ['directional_win', 'Price −5% <b>'],
    ['directional_loss', 'Control'],
    ['strong_loss', 'Control'],
    ['mixed_signals', null],
    ['not_ready', null],
  ])('after the verdict %s, the recommended variation is %s', (verdict, name) => {
    const { text } = email.preview(sampleMessage('end', { results: { ...RESULTS, verdict } }), email.example);
    expect(/^Recommended variation: (.*)$/m.exec(text)?.[1] ?? null).toBe(name);
  });
});

describe('what people want to know of an experience', () => {
  const about = (fields: Record<string, unknown>, name: SampleName = 'start'): string => {
    const payload = samplePayload(name);
    return email.preview(
      messageOf({ ...payload, experience: { ...payload.experience, ...fields } }),
      email.example,
    ).text;
  };

  test('the mail shows the hypothesis and the primary metric', () => {
    const metrics = [
      { standardEventId: 'conversionRate' },
      { standardEventId: 'netRevenuePerVisitor', isPrimary: true },
    ];
    const text = about({ description: 'Lower prices sell more.\nMaybe.', experienceKeyMetrics: metrics });
    expect(text).toContain('Hypothesis: Lower prices sell more. Maybe.\n');
    expect(text).toContain('Primary metric: Revenue per visitor\n');
  });

  test('the mail warns of a variation that did not reach Shopify', () => {
    const [control, other] = samplePayload('start').experience.variations as object[];
    expect(about({ variations: [control, { ...other, functionSyncError: true }] })).toContain(
      'Warning: Intelligems could not sync this experience with Shopify.',
    );
    expect(about({})).not.toContain('Warning');
  });

  test('the mail does not call a pause a preview, although it returns the experience to preview mode', () => {
    expect(about({ isPreview: true, startedAtTs: 1_788_000_000_000 }, 'pause')).not.toContain('preview');
    expect(about({ isPreview: true, startedAtTs: null, experienceActions: [] }, 'create')).toContain(
      'This is a preview.',
    );
  });
});

test('the mail has its own width and fonts for Outlook on Windows, which ignores max-width and inherited fonts', () => {
  const { content } = email.preview(sampleMessage('start'), email.example).document;
  const forOutlook = [...content.matchAll(/<!--\[if mso\]>(.*?)<!\[endif\]-->/gs)]
    .map(([, own]) => own)
    .join('');
  expect(forOutlook).toContain('font-family');
  expect(forOutlook).toContain('width="600"');
  expect(forOutlook.match(/<table/g)?.length).toBe(forOutlook.match(/<\/table/g)?.length);
});

test('the text of a report leaves out figures that a row lacks', () => {
  const table = { columns: ['Variation', 'Uplift', 'Orders'], rows: [['Control', '', '150']] };
  const report = { ...SAMPLE_REPORT.report, sections: [{ heading: 'Variations', lines: [], table }] };
  const { text } = email.preview({ ...SAMPLE_REPORT, report }, email.example);
  expect(text).toContain('- Variation: Control; Orders: 150\n');
});

test.each(SAMPLE_NAMES)('the mail of “%s” shows other changes too', (name) => {
  const changes = [{ field: 'name', words: 'name “Old” → “New”', bookkeeping: false }];
  const { text, document } = email.preview(sampleMessage(name, { changes }), email.example);
  expect(text).toContain('What changed\n- name “Old” → “New”\n');
  expect(document.content.match(/What changed/g)).toHaveLength(1);
});

test.each(Object.entries(MESSAGES))('%s: the text contains everything in the HTML', (_, message) => {
  const { text, document } = email.preview(message, email.example);
  const words = document.content
    .replace(/<(head|title)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, '\n')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
  const lines = words
    .split(/[\n·]/)
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\d]{3}/u.test(line) && !LABELS.test(line));
  const flat = text.toLowerCase();
  for (const line of lines) {
    for (const word of line.toLowerCase().split(/[\s,.:]+/)) {
      expect(flat).toContain(word);
    }
  }
});

/** Headings of columns and badges, which the text says in other words. */
const LABELS = /^(Name|Traffic|Beats baseline|Uplift|Variation|.{1,3} ?Experience \w+|Uplift between.*)$/;

test.each([['javascript:alert(1)'], ['file:///etc/passwd'], ['not a URL']])(
  'a link to %s is left out',
  (link) => {
    const message = sampleMessage('end', {
      links: { intelligems: link, console: link },
      results: { ...RESULTS, chart: { url: link, description: 'Chart' } },
    });
    const { text, document } = email.preview(message, email.example);
    expect(text + document.content).not.toContain(link);
  },
);
