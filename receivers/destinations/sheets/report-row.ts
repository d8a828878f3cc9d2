import type { Report, ReportMessage } from '../../contract/message.ts';
import { textCell, timeCell } from './cells.ts';
import type { Row, Zones } from './row.ts';

/** The column that identifies a report's row. */
const REPORT_KEY = 'Report Key';

/** The row of a report. */
export function reportRow({ key, report, receivedAt }: ReportMessage, tab: string, zones: Zones): Row {
  return {
    tab,
    mode: 'append',
    identity: [{ header: REPORT_KEY, value: key }],
    hidden: REPORT_KEY,
    refreshed: [],
    columns: [
      { header: 'Date', cell: timeCell(receivedAt, zones.shown) },
      { header: 'Topic', cell: textCell(TOPICS[report.topic]) },
      { header: 'Title', cell: textCell(report.title) },
      { header: 'Summary', cell: textCell(report.summary) },
      { header: 'Details', cell: textCell(detailWords(report)) },
      { header: 'Experience ID', cell: textCell(report.experienceId) },
      { header: 'Link', cell: textCell(report.link) },
      { header: REPORT_KEY, cell: textCell(key) },
    ],
  };
}

const TOPICS: Readonly<Record<Report['topic'], string>> = {
  digest: 'Digest',
  milestone: 'Milestone',
  overview: 'Overview',
  results: 'Results',
  health: 'Health',
  verdict: 'Verdict',
  lifecycle: 'Pause and resume',
  alert: 'Alert',
};

/** The report's sections as lines of one cell. */
function detailWords({ sections }: Report): string {
  return sections
    .map(({ heading, lines, table }) =>
      [
        `${heading}:`,
        ...lines.map((line) => `• ${line}`),
        ...(table?.rows ?? []).map(
          (row) =>
            `• ${row.map((value, index) => withHeading(table?.columns[index], value, index)).join(', ')}`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

function withHeading(heading: string | undefined, value: string, index: number): string {
  return index === 0 || !heading ? value : `${heading} ${value}`;
}
