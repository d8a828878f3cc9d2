import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { LifecycleRequest, SettledRequest } from '../contract/lifecycle.ts';

/** The queue in which requests wait, and the name under which the ledger keeps what became of them. */
export const LIFECYCLE = 'intelligems-lifecycle';

/** The most settled requests that are kept of an experience. */
const MOST_SETTLED = 20;

/** What the receiver was asked to do to an experience. */
export interface LifecycleRecord {
  /** How many requests were settled: the number of the next one. */
  count: number;
  /** The last ones, oldest first. */
  settled: SettledRequest[];
  /**
   * The request for which Intelligems is being called, written before the call, with when that was by the vendor's
   * clock. After a crash, nothing is called again: the experience shows what came of it.
   */
  calling: { request: LifecycleRequest; at: number } | null;
}

const NOTHING: LifecycleRecord = { count: 0, settled: [], calling: null };

export async function lifecycleRecord(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<LifecycleRecord> {
  const fact = await ledger.recall(LIFECYCLE, requestsFact(source, experienceId));
  return fact === null ? NOTHING : JSON.parse(fact);
}

export async function keepLifecycle(
  ledger: Pick<Ledger, 'remember'>,
  { source, experienceId }: Pick<LifecycleRequest, 'source' | 'experienceId'>,
  record: LifecycleRecord,
): Promise<void> {
  await ledger.remember(LIFECYCLE, { [requestsFact(source, experienceId)]: JSON.stringify(record) });
}

/** The record after a request was settled. Pure. */
export function withSettled({ settled }: LifecycleRecord, last: SettledRequest): LifecycleRecord {
  const all = [...settled, last].slice(-MOST_SETTLED);
  return { count: last.request.number + 1, settled: all, calling: null };
}

/** The last request that had an effect, if it paused the experience: then it can be resumed here. Pure. */
export function pausedHere({ settled }: Pick<LifecycleRecord, 'settled'>): SettledRequest | null {
  const last = settled.findLast(({ outcome }) => outcome === 'done' || outcome === 'unknown');
  return last?.request.action === 'pause' ? last : null;
}

/** What was carried out here, or may have been, so that the webhooks about it can name who asked for it. */
export async function carriedOut(
  ledger: Pick<Ledger, 'recall'>,
  source: string,
  experienceId: string,
): Promise<{ request: LifecycleRequest; at: number }[]> {
  const { settled, calling } = await lifecycleRecord(ledger, source, experienceId);
  const done = settled.filter(({ outcome }) => outcome === 'done' || outcome === 'unknown');
  return calling === null ? done : [...done, calling];
}

function requestsFact(source: string, experienceId: string): string {
  return `requests:${experienceKey(source, experienceId)}`;
}
