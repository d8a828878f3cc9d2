import { passesFilter } from '../../shared/zapier-filter.ts';
import type { ZapierReport } from '../../shared/zapier-report.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import type { Report } from '../contract/message.ts';
import { isOfOrganization, type Wanted } from './recent-events.ts';
import { filteredReport, renderReport } from './render.ts';
import type { Subject } from './subjects.ts';

/** How many reports are searched. */
const SEARCHED = 200;

/** The newest reports of a subject for a store, as Zapier gets them, newest first. */
export async function recentReports(
  ledger: Pick<LedgerReader, 'events' | 'event'>,
  subject: Subject,
  { filter, source, organizationId, limit }: Wanted,
): Promise<ZapierReport[]> {
  const page = await ledger.events({ origin: 'report', limit: SEARCHED });
  const found: ZapierReport[] = [];
  for (const { key } of page.filter((event) => event.key.startsWith(`report_${subject}_`))) {
    const stored = found.length < limit ? await ledger.event(key) : null;
    const report = stored === null ? null : reportIn(stored, subject);
    const isOwn =
      report?.data?.source === source && isOfOrganization(report.data.organizationId, organizationId);
    const rendered = isOwn ? renderReport(key, report) : null;
    if (report !== null && rendered !== null && passesFilter(filteredReport(report), filter)) {
      found.push(rendered);
    }
  }
  return found;
}

function reportIn({ body }: StoredEvent, subject: Subject): Report | null {
  const report: Report = JSON.parse(Buffer.from(body).toString());
  return report.topic === subject ? report : null;
}
