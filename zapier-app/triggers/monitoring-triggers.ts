import type { Trigger } from 'zapier-platform-core';
import { experienceLink } from '../../shared/experience-link.ts';
import { HEALTH_WORDS } from '../../shared/health-words.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import type { ZapierHealthAlert, ZapierVerdictChange } from '../../shared/zapier-report.ts';
import { FILTER_FIELDS, filterOf, HEALTH_FIELDS } from '../fields/input.ts';
import { outputFields } from '../fields/output.ts';
import { hookTrigger } from './hook.ts';
import {
  REPORT_LABELS,
  readReports,
  resultsFromApi,
  sampled,
  sampledAt,
  sampleReport,
} from './result-reports.ts';

const SAMPLE_ALERT: ZapierHealthAlert = {
  id: 'report_sample',
  experience_id: sampled.id,
  experience_name: sampled.name ?? '',
  experience_type: sampled.type ?? '',
  category: sampled.category ?? null,
  timestamp: new Date(sampledAt).toISOString(),
  title: `${sampled.name}: ${HEALTH_WORDS.no_visitors.began}`,
  summary: 'It has been live for 7 hours and has had no visitor.',
  check: 'no_visitors',
  check_words: HEALTH_WORDS.no_visitors.title,
  state: 'began',
  since: new Date(sampledAt - 3_600_000).toISOString(),
  variation: null,
  advice: 'Check in Intelligems that the audience and the pages it targets exist.',
  link: experienceLink(sampled),
};

const SAMPLE_VERDICT: ZapierVerdictChange = {
  ...sampleReport(`${sampled.name}: Leaning toward a win`, null),
  previous_verdict: 'mixed_signals',
  previous_verdict_words: verdictWords('mixed_signals'),
};

/** Health Alert and Verdict Changed: what the receiver finds out about running experiences. */
export const monitoringTriggers: Trigger[] = [
  hookTrigger<ZapierHealthAlert>({
    key: 'health_alert',
    noun: 'Alert',
    label: 'Health Alert',
    description:
      'Triggers when something is wrong with a running experience, such as no visitors or a wrong split of visitors, or when that is over.',
    subject: 'health',
    fields: [...HEALTH_FIELDS, ...FILTER_FIELDS],
    outputFields: outputFields<ZapierHealthAlert>({
      title: { label: 'Title', type: 'string' },
      summary: { label: 'Summary', type: 'string' },
      experience_name: { label: 'Experience Name', type: 'string' },
      check_words: { label: 'Alarm in Words', type: 'string' },
      check: { label: 'Alarm', type: 'string' },
      state: { label: 'State', type: 'string' },
      since: { label: 'Since', type: 'datetime' },
      variation: { label: 'Variation', type: 'string' },
      advice: { label: 'What to Do', type: 'string' },
      link: { label: 'Link', type: 'string' },
      experience_type: { label: 'Experience Type', type: 'string' },
      category: { label: 'Category', type: 'string' },
      experience_id: { label: 'Experience ID', type: 'string' },
      timestamp: { label: 'Timestamp', type: 'datetime' },
      id: { label: 'Report ID', type: 'string' },
    }),
    sample: SAMPLE_ALERT,
    filterOf,
    read: readReports,
    fromApi: async () => [],
  }),
  hookTrigger<ZapierVerdictChange>({
    key: 'verdict_changed',
    noun: 'Verdict',
    label: 'Verdict Changed',
    description:
      'Triggers when the verdict on a running experience changes, once there is enough data for one, with its results so far.',
    subject: 'verdict',
    fields: FILTER_FIELDS,
    outputFields: outputFields<ZapierVerdictChange>({
      ...REPORT_LABELS,
      previous_verdict: { label: 'Previous Verdict', type: 'string' },
      previous_verdict_words: { label: 'Previous Verdict in Words', type: 'string' },
    }),
    sample: SAMPLE_VERDICT,
    filterOf,
    read: readReports,
    fromApi: (z, bundle, filter) => resultsFromApi(z, bundle, 'started', filter, SAMPLE_VERDICT),
  }),
];
