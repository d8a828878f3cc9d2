import type { Trigger } from 'zapier-platform-core';
import { isRecord } from '../../shared/events.ts';
import { experienceLink } from '../../shared/experience-link.ts';
import type {
  ZapierResultsReport,
  ZapierRunningExperience,
  ZapierWeeklyReport,
} from '../../shared/zapier-report.ts';
import { FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { outputFields } from '../fields/output.ts';
import type { Subject } from '../receiver.ts';
import { SAMPLE_RESULTS } from '../searches/experience-results.ts';
import { hookTrigger } from './hook.ts';
import {
  REPORT_LABELS,
  readReports,
  resultsFromApi,
  sampled,
  sampledAt,
  sampleReport,
} from './result-reports.ts';

interface ReportWords {
  key: string;
  label: string;
  description: string;
  subject: Subject;
  status: 'started' | 'ended';
  sample: ZapierResultsReport;
}

function resultsTrigger({ key, label, description, subject, status, sample }: ReportWords): Trigger {
  return hookTrigger<ZapierResultsReport>({
    key,
    noun: 'Result',
    label,
    description,
    subject,
    fields: FILTER_FIELDS,
    outputFields: outputFields<ZapierResultsReport>(REPORT_LABELS),
    sample,
    filterOf,
    read: readReports,
    fromApi: (z, bundle, filter) => resultsFromApi(z, bundle, status, filter, sample),
  });
}

const RUNNING_OUTPUT = outputFields<ZapierRunningExperience>({
  id: { label: 'Experience ID', type: 'string' },
  name: { label: 'Experience Name', type: 'string' },
  days_live: { label: 'Days Live', type: 'number' },
  visitors: { label: 'Visitors', type: 'integer' },
  orders: { label: 'Orders', type: 'integer' },
  best_variation: { label: 'Best Challenger', type: 'string' },
  uplift: { label: 'Uplift of Revenue per Visitor (%)', type: 'number' },
  probability_to_beat_baseline: { label: 'Probability to Beat the Baseline (%)', type: 'number' },
  verdict: { label: 'Verdict', type: 'string' },
  verdict_words: { label: 'Verdict in Words', type: 'string' },
  link: { label: 'Link', type: 'string' },
});

const SAMPLE_WEEK: ZapierWeeklyReport = {
  id: 'report_sample',
  timestamp: new Date(sampledAt).toISOString(),
  title: 'This week at Alpine Goods: 1 experience is running',
  summary: '1 points toward a win; none of it is certain.',
  experience_count: 1,
  experience_lines: `${sampled.name}: live for 22 days, leaning toward a win`,
  experiences: [
    {
      id: sampled.id,
      name: sampled.name ?? '',
      days_live: 22,
      visitors: 16_009,
      orders: 513,
      best_variation: SAMPLE_RESULTS.best_variation,
      uplift: 7.9,
      probability_to_beat_baseline: 93.2,
      verdict: SAMPLE_RESULTS.verdict,
      verdict_words: SAMPLE_RESULTS.verdict_words,
      link: experienceLink(sampled),
    },
  ],
};

function isWeeklyReport(value: unknown): value is ZapierWeeklyReport {
  return isRecord(value) && typeof value.id === 'string' && Array.isArray(value.experiences);
}

/** Results Ready, Experience Reached a Milestone, Weekly Report: what the receiver computes. */
export const reportTriggers: Trigger[] = [
  resultsTrigger({
    key: 'results_ready',
    label: 'Results Ready',
    description: 'Triggers when the results of an experience that has ended are ready.',
    subject: 'results',
    status: 'ended',
    sample: sampleReport(`Results of ${sampled.name}: Leaning toward a win`, null),
  }),
  resultsTrigger({
    key: 'experience_milestone',
    label: 'Experience Reached a Milestone',
    description:
      'Triggers when an experience has been live for a certain number of days, such as 7 or 14, with its results so far. The receiver’s settings define the milestones.',
    subject: 'milestone',
    status: 'started',
    sample: sampleReport(`${sampled.name} has been live for 14 days`, 14),
  }),
  hookTrigger<ZapierWeeklyReport>({
    key: 'weekly_report',
    noun: 'Report',
    label: 'Weekly Report',
    description: 'Triggers when the weekly report on running experiences is ready.',
    subject: 'overview',
    fields: [],
    outputFields: outputFields<ZapierWeeklyReport>({
      title: { label: 'Title', type: 'string' },
      summary: { label: 'Summary', type: 'string' },
      timestamp: { label: 'Timestamp', type: 'datetime' },
      experience_count: { label: 'Number of Experiences', type: 'integer' },
      experience_lines: { label: 'Experiences, One per Line', type: 'string' },
      experiences: { label: 'Experiences', children: RUNNING_OUTPUT },
      id: { label: 'Report ID', type: 'string' },
    }),
    sample: SAMPLE_WEEK,
    filterOf,
    read: (candidates) => candidates.filter(isWeeklyReport),
    fromApi: async () => [],
  }),
];
