import type { Results } from '../../../../receivers/contract/experience.ts';
import type { ExperienceMessage, Message, ReportMessage } from '../../../../receivers/contract/message.ts';
import {
  AWKWARD_MESSAGES,
  MONITORING_REPORTS,
  SAMPLE_NAMES,
  SAMPLE_REPORT,
  sampleMessage,
} from '../../../fixtures/messages.ts';

const LINKS = {
  intelligems: 'https://app.example.com/experiences/7c0d9a54',
  console: 'https://receiver.example.com/console/events/abc',
};

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Price −5% is likely better: 87% chance to beat the control. 21 days, 4,100 visitors.',
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
      name: 'Price −5%',
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

const ALERT: ReportMessage = {
  ...SAMPLE_REPORT,
  report: {
    ...SAMPLE_REPORT.report,
    topic: 'alert',
    title: 'Email has been failing since 09:12',
    summary: 'The mail server does not answer. <!channel> @everyone is not mentioned.',
    link: 'https://receiver.example.com/console',
    sections: [],
  },
};

/** What every chat destination has a golden file for, by name. */
export const CHAT_MESSAGES: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  'with links': sampleMessage('start', { links: LINKS }),
  'with results': sampleMessage('end', { results: RESULTS, links: LINKS }),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
  ...MONITORING_REPORTS,
  alert: ALERT,
};

const LONG = 'Ünïcode <&> `*_|x|_*` '.repeat(300);

/** An experience of which everything is too long, and a report with too much of everything. */
export function extremeMessages(): Record<string, Message> {
  const base = sampleMessage('end', { results: RESULTS, links: LINKS });
  const experience = {
    ...base.event.experience,
    name: LONG,
    type: LONG,
    variations: Array.from({ length: 100 }, (_, order) => ({ name: LONG, percentage: 1, order })),
  };
  const organization = { name: LONG };
  const everything: ExperienceMessage = {
    ...base,
    triggeredBy: LONG,
    late: true,
    recovered: true,
    event: { ...base.event, experience, organization },
    state: { ...base.state, experience, organization },
    changes: Array.from({ length: 100 }, () => ({ field: 'x', words: LONG, bookkeeping: false })),
    results: {
      ...RESULTS,
      summary: LONG,
      variations: Array.from({ length: 100 }, () => ({ ...RESULTS.variations[1]!, name: LONG })),
    },
  };
  const invisible = {
    ...base.event.experience,
    name: '\u202E\u2066',
    type: '\u202E',
    variations: [{ name: '\u202E' }],
  };
  const section = {
    heading: LONG,
    lines: Array.from({ length: 40 }, () => LONG),
    table: { columns: ['A', 'B'], rows: Array.from({ length: 40 }, () => [LONG, '']) },
  };
  const report = { ...SAMPLE_REPORT.report, title: LONG, summary: LONG, sections: Array(60).fill(section) };
  const blank = { heading: '', lines: [''], table: { columns: [''], rows: [['']] } };
  return {
    everything,
    invisible: {
      ...base,
      triggeredBy: '\u202E',
      event: { ...base.event, experience: invisible, organization: {} },
      state: { ...base.state, experience: invisible, organization: {} },
      changes: [{ field: 'x', words: '\u202E', bookkeeping: false }],
    },
    report: { ...SAMPLE_REPORT, report },
    'blank report': {
      ...SAMPLE_REPORT,
      report: { ...SAMPLE_REPORT.report, title: ' ', summary: '\n', sections: [blank] },
    },
  };
}
