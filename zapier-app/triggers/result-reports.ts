import type { Bundle, ZObject } from 'zapier-platform-core';
import { isRecord } from '../../shared/events.ts';
import { experienceLink } from '../../shared/experience-link.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import type { ZapierResultsReport } from '../../shared/zapier-report.ts';
import { zapierResults } from '../../shared/zapier-results.ts';
import { type Labels, RESULT_LABELS } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';
import { SAMPLE_RESULTS } from '../searches/experience-results.ts';

const { id: _id, ...RESULTS_OUTPUT } = RESULT_LABELS;
const { experience_name: NAME, ...FIGURES } = RESULTS_OUTPUT;

export const REPORT_LABELS: Labels<ZapierResultsReport> = {
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
};

const { experience: sampled, timestamp } = sampleWebhook('endExperience');

/** The experience that samples are about, and when they happened, milliseconds since 1970. */
export { sampled };
export const sampledAt = timestamp ?? 0;

/** A report on the results of the sample experience. */
export function sampleReport(title: string, milestoneDays: number | null): ZapierResultsReport {
  return {
    ...SAMPLE_RESULTS,
    id: 'report_sample',
    experience_id: sampled.id,
    experience_type: sampled.type ?? '',
    category: sampled.category ?? null,
    timestamp: new Date(sampledAt).toISOString(),
    title,
    summary: `${SAMPLE_RESULTS.verdict_words}. ${SAMPLE_RESULTS.advice}`,
    milestone_days: milestoneDays,
  };
}

/** What a filter needs to know of a report. */
type Filterable = Pick<
  ZapierResultsReport,
  'id' | 'experience_type' | 'category' | 'experience_name' | 'experience_id'
> & { check?: string; state?: string };

function isReport<Report extends Filterable>(value: unknown): value is Report {
  return isRecord(value) && typeof value.id === 'string' && typeof value.experience_id === 'string';
}

/** Reports on an experience that pass the filter. */
export function readReports<Report extends Filterable>(
  candidates: unknown[],
  filter: ZapierFilter,
): Report[] {
  return candidates.filter(isReport<Report>).filter((report) => passesFilter(filtered(report), filter));
}

/** What a filter looks at in a report. */
function filtered(report: Filterable) {
  const { experience_type, category, experience_name, experience_id, check, state } = report;
  const unknown = { store: null, organization_name: null, organization_id: null, changed_settings: null };
  return {
    action_type: '',
    experience_type,
    category,
    experience_name,
    experience_id,
    check,
    state,
    ...unknown,
  };
}

/** The results of the newest experience with a status, as a sample. */
export async function resultsFromApi<Report extends ZapierResultsReport>(
  z: ZObject,
  bundle: Bundle,
  status: 'started' | 'ended',
  filter: ZapierFilter,
  sample: Report,
): Promise<Report[]> {
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
