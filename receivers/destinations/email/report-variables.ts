import type { ReportMessage } from '../../contract/message.ts';
import { chartOf, line, momentOf, webLink } from './formats.ts';
import type { EmailSettings } from './settings.ts';
import type { ReportVariables } from './variables.ts';

/** Gathers what the templates of a report can name. */
export function reportVariables(
  { report, receivedAt }: ReportMessage,
  settings: EmailSettings,
  subject: string,
): ReportVariables {
  return {
    subject,
    subject_style: settings.subject,
    chart: chartOf(report.image),
    topic: report.topic,
    title: line(report.title),
    summary: report.summary,
    sections: report.sections.map(({ heading, lines, table }) => ({
      heading: line(heading),
      lines: lines.map(line),
      table:
        table === null
          ? null
          : { columns: table.columns.map(line), rows: table.rows.map((row) => row.map(line)) },
    })),
    time: momentOf(receivedAt, settings),
    link: webLink(report.link),
  };
}
