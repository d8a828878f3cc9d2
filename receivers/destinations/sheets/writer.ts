import { setTimeout } from 'node:timers/promises';
import type { Services } from '../../contract/destination.ts';
import type { SheetsClient } from './client.ts';
import type { Credentials } from './credentials.ts';
import { type Call, type Failure, failureOutcome, isFailure, readFailure } from './failure.ts';
import type { Job } from './job.ts';
import { columnLetters } from './layout.ts';
import { ANSWER_CHARACTERS, groupByTab, type Placement, refusalOf, settleAll, splitUp } from './placement.ts';
import { renderRows } from './render.ts';
import type { SheetsSettings } from './settings.ts';
import type { Spreadsheet, TabRows } from './spreadsheet.ts';
import type { Tab } from './tab.ts';

/** How often a batch is tried again because the spreadsheet changed meanwhile. */
const MOST_CHANGES = 5;

/** After this many refusals in a tab for the same reason, the rest of its rows are left for later. */
const MOST_REFUSALS = 3;

/** Writes rows together, and settles their jobs. */
export class Writer {
  readonly #client: SheetsClient;
  readonly #spreadsheet: Spreadsheet;
  readonly #settings: SheetsSettings;
  readonly #services: Services;
  readonly #credentials: Credentials;
  readonly #warned = new Set<string>();

  constructor(
    client: SheetsClient,
    spreadsheet: Spreadsheet,
    settings: SheetsSettings,
    services: Services,
    credentials: Credentials,
  ) {
    this.#client = client;
    this.#spreadsheet = spreadsheet;
    this.#settings = settings;
    this.#services = services;
    this.#credentials = credentials;
  }

  /**
   * Writes the rows of these jobs in one batch. If Google refuses it, each tab is tried by itself, then each half of
   * its rows, so that no row spoils another, and a failure in one tab does not lose the row in the other.
   *
   * @param closing ends everything, as when the receiver stops
   */
  async write(jobs: readonly Job[], closing: AbortSignal): Promise<void> {
    for (const job of jobs) {
      job.enter('reading');
    }
    const over = new AbortController();
    const signal = AbortSignal.any([closing, over.signal]);
    // A request that no job waits for anymore is ended. If it was not written yet, it never will be.
    const ended = (): void => {
      if (jobs.every((job) => job.signal.aborted)) {
        over.abort();
      }
    };
    for (const job of jobs) {
      job.signal.addEventListener('abort', ended, { once: true });
    }
    try {
      const placements = await this.#render(jobs, signal);
      await this.#place(placements, signal, { changes: 0, refusals: new Map() });
      settleAll(jobs, placements, this.#services.log);
    } catch (thrown) {
      if (!isFailure(thrown)) {
        throw thrown;
      }
      const outcome = failureOutcome(this.#readFailure(thrown, 'read'));
      for (const job of jobs) {
        job.settle(outcome);
      }
    } finally {
      for (const job of jobs) {
        job.signal.removeEventListener('abort', ended);
      }
    }
  }

  async #render(jobs: readonly Job[], signal: AbortSignal): Promise<Placement[]> {
    const timeZone = await this.#withToken(() => this.#spreadsheet.timeZone(signal));
    const zones = { shown: this.#settings.timeZone ?? timeZone, spreadsheet: timeZone };
    return jobs.flatMap((job) =>
      renderRows(job.message, this.#settings, zones).map((row) => ({
        job,
        row: job.completes && row.mode === 'append' ? { ...row, mode: 'refresh' as const } : row,
        result: null,
        answer: '',
      })),
    );
  }

  async #withToken<Result>(read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (thrown) {
      if (!isFailure(thrown) || this.#readFailure(thrown, 'read').kind !== 'token') {
        throw thrown;
      }
      this.#client.renewToken();
      return read();
    }
  }

  async #place(
    all: readonly Placement[],
    signal: AbortSignal,
    tries: { changes: number; refusals: Map<string, number> },
  ): Promise<void> {
    const placements = all.filter(({ job }) => job.isOpen);
    if (placements.length === 0) {
      return;
    }
    const failure = await this.#try(placements, signal);
    if (failure === null) {
      return;
    }
    this.#spreadsheet.forget();
    if (failure.kind === 'token') {
      this.#client.renewToken();
    }
    const mostChanges = failure.kind === 'stale' ? MOST_CHANGES : 1;
    if (['stale', 'token', 'refused'].includes(failure.kind) && tries.changes < mostChanges) {
      await this.#place(placements, signal, { ...tries, changes: tries.changes + 1 });
      return;
    }
    const parts = failure.kind === 'refused' || failure.kind === 'dead' ? splitUp(placements, failure) : [];
    if (parts.length === 0) {
      const refusal = refusalOf(placements, failure);
      tries.refusals.set(refusal, (tries.refusals.get(refusal) ?? 0) + 1);
      for (const placement of placements) {
        placement.result = failure;
      }
      return;
    }
    for (const part of parts) {
      if ((tries.refusals.get(refusalOf(part, failure)) ?? 0) >= MOST_REFUSALS) {
        for (const placement of part) {
          placement.result = { ...failure, kind: 'unavailable' };
        }
      } else {
        await this.#place(part, signal, { ...tries, changes: 1 });
      }
    }
  }

  /** Writes the rows in one batch; gives the failure of Google or the network. */
  async #try(placements: readonly Placement[], signal: AbortSignal): Promise<Failure | null> {
    let call: Call = 'read';
    try {
      const wanted = groupByTab(placements);
      const tabs = await this.#spreadsheet.read(wanted, signal);
      this.#warnOfDuplicates(wanted, tabs);
      await this.#spreadsheet.ready(signal);
      // A process that was stopped meanwhile gets to its timers first, which may end attempts.
      await setTimeout(0);
      const open = placements.filter(({ job }) => job.isOpen);
      if (open.length === 0) {
        return null;
      }
      signal.throwIfAborted();
      for (const { job } of open) {
        job.enter('writing');
      }
      call = 'write';
      const shared = (this.#services.sharers?.() ?? 1) > 1;
      const rows = new Set(open.map(({ row }) => row));
      const left = wanted.map((tab) => ({ ...tab, rows: tab.rows.filter((row) => rows.has(row)) }));
      const answer = await this.#spreadsheet.write(left, tabs, shared, signal);
      for (const placement of open) {
        const tab = tabs[wanted.findIndex(({ rows: own }) => own.includes(placement.row))];
        const existed = placement.row.mode === 'append' && tab?.rowOf(placement.row.identity) !== undefined;
        placement.result = existed ? 'existed' : 'written';
        placement.answer = answer.slice(0, ANSWER_CHARACTERS);
      }
      return null;
    } catch (thrown) {
      if (!isFailure(thrown)) {
        throw thrown;
      }
      const failure = this.#readFailure(thrown, call);
      for (const { job } of placements) {
        job.enter('reading');
      }
      return failure;
    }
  }

  #readFailure(thrown: unknown, call: Call): Failure {
    return readFailure(thrown, call, this.#credentials.email, this.#services.setting);
  }

  #warnOfDuplicates(wanted: readonly TabRows[], tabs: readonly (Tab | null)[]): void {
    for (const [index, tab] of tabs.entries()) {
      for (const { header, columns } of tab?.layout?.duplicates ?? []) {
        const warning = duplicateWords(wanted[index]?.title ?? '', header, columns);
        if (!this.#warned.has(warning)) {
          this.#warned.add(warning);
          this.#services.log.warn(warning);
        }
      }
    }
  }
}

/** For people: a header that several columns have. */
export function duplicateWords(tab: string, header: string, columns: readonly number[]): string {
  const letters = columns.map(columnLetters);
  return `The tab “${tab}” has the header “${header}” in columns ${letters.join(' and ')}: rows are written to ${letters[0]}. Rename the others.`;
}
