import type { Services } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type Failure, failureOutcome } from './failure.ts';
import type { Job } from './job.ts';
import { titleName } from './layout.ts';
import type { Row } from './row.ts';
import type { TabRows } from './spreadsheet.ts';

/** How much of Google's answer is kept, in characters. */
export const ANSWER_CHARACTERS = 1_024;

/** A row of a job, and what became of it. */
export interface Placement {
  job: Job;
  row: Row;
  /** Null if the attempt ended before. */
  result: null | 'written' | 'existed' | Failure;
  /** Google's answer to the write. */
  answer: string;
}

/** The rows by tab, in the order of the placements. */
export function groupByTab(placements: readonly Placement[]): TabRows[] {
  const tabs = new Map<string, TabRows>();
  for (const { job, row } of placements) {
    const tab = tabs.get(titleName(row.tab)) ?? { title: row.tab, rows: [], lookUp: false };
    tabs.set(titleName(row.tab), tab);
    tab.rows.push(row);
    tab.lookUp ||= job.uncertain || row.mode === 'keep';
  }
  return [...tabs.values()];
}

/** Identifies refusals of a tab's rows for the same reason. */
export function refusalOf([first]: readonly Placement[], { reason }: Failure): string {
  return `${titleName(first?.row.tab ?? '')} ${reason}`;
}

/** The parts that are tried by themselves: each tab, or each half of a tab's rows; none if nothing can be split. */
export function splitUp(placements: readonly Placement[], { kind }: Failure): Placement[][] {
  const tabs = Map.groupBy(placements, ({ row }) => titleName(row.tab));
  if (tabs.size > 1) {
    return [...tabs.values()];
  }
  if (kind !== 'refused' || placements.length < 2) {
    return [];
  }
  const middle = Math.ceil(placements.length / 2);
  return [placements.slice(0, middle), placements.slice(middle)];
}

/** Settles each job by what became of its rows. */
export function settleAll(
  jobs: readonly Job[],
  placements: readonly Placement[],
  log: Services['log'],
): void {
  const own = Map.groupBy(placements, ({ job }) => job);
  for (const job of jobs) {
    const outcome = outcomeOf(job, own.get(job) ?? []);
    if (outcome.type !== 'done') {
      log.debug({ reason: outcome.reason }, 'a row was not written');
    }
    job.settle(outcome);
  }
}

function outcomeOf(job: Job, placements: readonly Placement[]): Outcome {
  const failed = placements.filter(({ result }) => typeof result === 'object' && result !== null);
  const [first] = failed.map(({ result }) => result as Failure);
  if (first !== undefined) {
    const outcome = failureOutcome(first);
    const written = placements.filter(({ result }) => result === 'written' || result === 'existed');
    if (written.length === 0 || outcome.type === 'done') {
      return outcome;
    }
    const reason = `The row is in ${tabsOf(written)}, but not in ${tabsOf(failed)}. ${outcome.reason}`;
    // The next attempt, also the one of a replay, then looks for the row that is there.
    return outcome.type === 'dead' && !job.uncertain
      ? { ...outcome, type: 'retry', reason, uncertain: true }
      : { ...outcome, reason, ...(outcome.type === 'retry' ? { uncertain: true } : {}) };
  }
  if (placements.some(({ result }) => result === null)) {
    const uncertain = placements.some(({ result }) => result !== null);
    return { type: 'retry', reason: 'The attempt ended before the row was written.', uncertain };
  }
  const [answer = ''] = placements.map((each) => each.answer);
  const details = answer === '' ? {} : { answer };
  if (!job.completes && placements.some(({ result }) => result === 'existed')) {
    return { type: 'done', note: 'The row already existed; it was not written again.', ...details };
  }
  return placements.length > 0
    ? { type: 'done', ...details }
    : { type: 'done', note: 'The tab for reports is turned off.' };
}

function tabsOf(placements: readonly Placement[]): string {
  return [...new Set(placements.map(({ row }) => `“${row.tab}”`))].join(' and ');
}
