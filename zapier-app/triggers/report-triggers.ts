import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { isRecord } from '../../shared/events.ts';
import { experienceLink } from '../../shared/experience-link.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type {
  ZapierResultsReport,
  ZapierRunningExperience,
  ZapierWeeklyReport,
} from '../../shared/zapier-report.ts';
import { zapierResults } from '../../shared/zapier-results.ts';
import { FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { outputFields, RESULT_LABELS } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import type { Subject } from '../receiver.ts';
import { sampleWebhook } from '../samples.ts';
import { SAMPLE_RESULTS } from '../searches/experience-results.ts';
import { hookTrigger } from './hook.ts';

const { id: _id, ...RESULTS_OUTPUT } = RESULT_LABELS;
const { experience_name: NAME, ...FIGURES } = RESULTS_OUTPUT;

const REPORT_OUTPUT = outputFields<ZapierResultsReport>({
  experience_name: NAME,
  experience_type: { label: 'Experience Type', type: 'string' },
  timestamp: { label: 'Timestamp', type: 'datetime' },
  experience_id: { label: 'Experience ID', type: 'string' },
  category: { label: 'Category', type: 'string' },
  title: { label: 'Title', type: 'string' },
  summary: { label: 'Summary', type: 'string' },
  milestone_days: { label: 'Milestone in Days', type: 'integer' },
  ...FIGURES,
  id: { label: 'Report ID', type: 'string' },
});

const { experience: sampled, timestamp: sampledAt } = sampleWebhook('endExperience');

function sampleReport(title: string, milestoneDays: number | null): ZapierResultsReport {
  return {
    ...SAMPLE_RESULTS,
    id: 'report_sample',
    experience_id: sampled.id,
    experience_type: sampled.type ?? '',
    category: sampled.category ?? null,
    timestamp: new Date(sampledAt ?? 0).toISOString(),
    title,
    summary: `${SAMPLE_RESULTS.verdict_words}. ${SAMPLE_RESULTS.advice}`,
    milestone_days: milestoneDays,
  };
}

function isReport(value: unknown): value is ZapierResultsReport {
  return isRecord(value) && typeof value.id === 'string' && typeof value.experience_id === 'string';
}

function readReports(candidates: unknown[], filter: ZapierFilter): ZapierResultsReport[] {
  return candidates.filter(isReport).filter((report) => passesFilter(filtered(report), filter));
}

/** What a filter looks at in a report. */
function filtered(report: ZapierResultsReport) {
  const { experience_type, category, experience_name, experience_id } = report;
  const unknown = { store: null, organization_name: null, organization_id: null, changed_settings: null };
  return { action_type: '', experience_type, category, experience_name, experience_id, ...unknown };
}

/** The results of the newest experience with a status, as a sample. */
async function resultsFromApi(
  z: ZObject,
  bundle: Bundle,
  status: 'started' | 'ended',
  filter: ZapierFilter,
  sample: ZapierResultsReport,
): Promise<ZapierResultsReport[]> {
  const api = intelligems(z, bundle);
  const chosen = filter.experienceId === null ? null : await api.experience(filter.experienceId);
  const page = chosen === null ? await api.listExperiences({ status, limit: 1 }) : null;
  const experience = chosen?.ok ? chosen.value : page?.ok ? page.value.experiences[0] : undefined;
  const analytics = experience === undefined ? null : await api.analytics(experience.id);
  if (experience === undefined || !analytics?.ok) {
    return [];
  }
  const { id, name = '', currency = null, type = '', category = null } = experience;
  const link = experienceLink(experience);
  const results = zapierResults(analytics.value, { id, name, currency, link });
  const own = { experience_id: id, experience_type: type, category };
  return [{ ...sample, ...results, ...own, id: `sample-${id}`, timestamp: new Date().toISOString() }];
}

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
    outputFields: REPORT_OUTPUT,
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
  timestamp: new Date(sampledAt ?? 0).toISOString(),
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
