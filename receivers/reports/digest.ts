import type { Logger } from 'pino';
import { ACTIONS, type Action, parseEvent, triggeredBy } from '../../shared/events.ts';
import { cut } from '../../shared/words.ts';
import { startRounds } from '../base/rounds.ts';
import { type CalendarDay, calendarDay, instantOf } from '../base/zoned-time.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import type { Report } from '../contract/message.ts';
import type { Source } from '../contract/source.ts';
import { reportEvent } from '../delivery/report.ts';
import { firstOfSameAction } from '../delivery/same-action.ts';
import { figuresIn } from '../experience/figures.ts';
import { REPORTS } from './remembered.ts';

const DAY_MS = 24 * 3_600_000;

/** A digest is looked for at least this often, milliseconds: the clock of the machine may be set. */
const ROUND_MS = 15 * 60_000;

const AFTER_FAULT_MS = 60_000;

/** So many events are read at once. */
const PAGE = 500;

/** Of so many events the bodies are read. */
const MOST_READ = 200;

/** Longer names are cut, characters. */
const LONGEST_NAME = 120;

/** After a longer absence the days before these many are told no more. */
const MOST_DAYS = 7;

/** The fact that tells the last day that was looked at. */
const TOLD_DAY = 'digest';

/** An event in a digest. */
export type DigestEvent = Pick<
  EventSummary,
  'action' | 'experienceId' | 'experienceName' | 'occurredAt' | 'receivedAt' | 'triggeredBy' | 'source'
>;

/** How a digest is written. */
interface DigestStyle {
  timeZone: string;
  locale: string;
  /** All sources; where there are several, each line names its own by its title. */
  sources: readonly Pick<Source, 'name' | 'title'>[];
}

/** The order in which a digest tells the actions, with their words. */
const WORDS: readonly [Action, string][] = [
  ['startExperience', 'started'],
  ['endExperience', 'ended'],
  ['pauseExperience', 'paused'],
  ['createExperience', 'created'],
  ['deleteExperience', 'deleted'],
  ['updateExperience', 'updated'],
];

/** The digest of what was accepted on one day; null for a quiet one. Pure. */
export function digestReport(
  events: readonly DigestEvent[],
  day: CalendarDay,
  style: DigestStyle,
): Report | null {
  const groups = WORDS.map(([action, words]) => ({
    words,
    told: events.filter((event) => event.action === action),
  })).filter(({ told }) => told.length > 0);
  if (groups.length === 0) {
    return null;
  }
  const counts = groups.map(({ words, told }) => `${countOf(told)} ${words}`).join(', ');
  const date = figuresIn(style.locale, null).day(day * DAY_MS, 'UTC');
  return {
    topic: 'digest',
    title: `Experiences on ${date}: ${counts}`,
    summary: `${experiencesIn(events)} had something to tell.`,
    sections: groups.map(({ words, told }) => ({
      heading: words.charAt(0).toUpperCase() + words.slice(1),
      lines: linesOf(told, style),
      table: null,
    })),
    experienceId: null,
    link: null,
    image: null,
  };
}

function countOf(events: readonly DigestEvent[]): number {
  return new Set(events.map(({ experienceId }) => experienceId)).size;
}

function experiencesIn(events: readonly DigestEvent[]): string {
  const count = countOf(events);
  return count === 1 ? 'One experience' : `${count} experiences`;
}

/** A line for each experience: its name, whose it is, when, by whom, and how often if more than once. */
function linesOf(events: readonly DigestEvent[], { timeZone, locale, sources }: DigestStyle): string[] {
  const titles = new Map(sources.length > 1 ? sources.map(({ name, title }) => [name, title]) : []);
  const byExperience = Map.groupBy(events, ({ experienceId }) => experienceId);
  return [...byExperience.values()].map((own) => {
    const last = own.at(-1) as DigestEvent;
    const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(
      last.occurredAt ?? last.receivedAt,
    );
    const name = last.experienceName?.trim() || `Unnamed experience (${last.experienceId})`;
    const often = own.length > 1 ? `${own.length} times, last ` : '';
    const by = last.triggeredBy === null ? '' : ` by ${last.triggeredBy}`;
    const title = titles.get(last.source);
    const whose = title === undefined ? '' : ` (${title})`;
    return `${cut(name, LONGEST_NAME)}${whose}: ${often}at ${time}${by}`;
  });
}

/** When digests go out: the one of a day at this hour of the next, in this time zone. */
export interface DigestTime {
  hour: number;
  timeZone: string;
}

/** The day whose digest went out last or is due at `now`, and when the next one is due (milliseconds since 1970). */
export function digestDue({ hour, timeZone }: DigestTime, now: number): { day: CalendarDay; nextAt: number } {
  const today = calendarDay(now, timeZone);
  const dueAt = instantOf(today, hour * 60, timeZone);
  return dueAt <= now
    ? { day: today - 1, nextAt: instantOf(today + 1, hour * 60, timeZone) }
    : { day: today - 2, nextAt: dueAt };
}

/** When and where digests go, and how they name the stores. */
export interface DigestSettings {
  digest: DigestTime & { to: string[] };
  reports: { locale: string };
  sources: Source[];
}

type DigestLedger = Pick<Ledger, 'accept' | 'event' | 'events' | 'recall' | 'remember'>;

/** Sends a digest of each day on which something happened. Gives a function that ends it. */
export function startDigest(
  { digest, reports, sources }: DigestSettings,
  ledger: DigestLedger,
  log: Logger,
): () => Promise<void> {
  if (digest.to.length === 0) {
    return async () => {};
  }
  return startRounds(
    async () => {
      const now = Date.now();
      await tellDigests({ ...digest, ...reports, sources }, ledger, now);
      return Math.min(digestDue(digest, now).nextAt - now, ROUND_MS);
    },
    { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'the daily digest' },
    log,
  );
}

/**
 * Accepts the digests that are due and were not told before: of each day since the last one that was looked at, so
 * that none is left out while the receiver is away; at the first start, of the last day alone.
 */
export async function tellDigests(
  settings: DigestTime & DigestStyle & { to: readonly string[] },
  ledger: DigestLedger,
  now: number,
): Promise<void> {
  const { day: due } = digestDue(settings, now);
  const known = await ledger.recall(REPORTS, TOLD_DAY);
  const last = known === null ? due - 1 : Date.parse(known) / DAY_MS;
  // A day after the last one was told by a clock that was ahead.
  const first = last > due ? due : Math.max(last + 1, due - MOST_DAYS + 1);
  for (let day = first; day <= due; day += 1) {
    await tellDigest(day, settings, ledger, now);
    await ledger.remember(REPORTS, { [TOLD_DAY]: dateOf(day) });
  }
}

/** Accepts the digest of a day, unless it was told before or there is nothing to tell. */
async function tellDigest(
  day: CalendarDay,
  { to, ...style }: DigestStyle & { to: readonly string[] },
  ledger: DigestLedger,
  now: number,
): Promise<void> {
  const key = `report_digest_${dateOf(day)}`;
  if ((await ledger.event(key)) !== null) {
    return;
  }
  const from = instantOf(day, 0, style.timeZone);
  const events = await eventsOf(ledger, from, instantOf(day + 1, 0, style.timeZone));
  const report = digestReport(await withAuthors(events, ledger), day, style);
  if (report !== null) {
    await ledger.accept(reportEvent(key, report, to, now));
  }
}

/** A day as ISO 8601 writes it. */
function dateOf(day: CalendarDay): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The events, with who caused them where they tell it themselves; so many of them that it stays quick. */
async function withAuthors(
  events: readonly EventSummary[],
  ledger: Pick<Ledger, 'event'>,
): Promise<EventSummary[]> {
  return Promise.all(
    events.map(async (event, index) => {
      const stored = index < MOST_READ && event.triggeredBy === null ? await ledger.event(event.key) : null;
      const parsed = stored === null ? null : parseEvent(stored.body);
      return parsed?.ok ? { ...event, triggeredBy: triggeredBy(parsed.event) } : event;
    }),
  );
}

/** What was accepted in a span of time, oldest first, each action once. */
async function eventsOf(
  ledger: Pick<Ledger, 'events'>,
  receivedFrom: number,
  receivedTo: number,
): Promise<EventSummary[]> {
  const found: EventSummary[] = [];
  for (let beforeSequence: number | undefined; ; ) {
    const filter = { receivedFrom, receivedTo, problem: false, limit: PAGE };
    const page = await ledger.events(beforeSequence === undefined ? filter : { ...filter, beforeSequence });
    found.push(
      ...page.filter(({ origin, action }) => isOfExperience(origin) && ACTIONS.includes(action as Action)),
    );
    beforeSequence = page.at(-1)?.sequence;
    if (page.length < PAGE || beforeSequence === undefined) {
      break;
    }
  }
  const byExperience = Map.groupBy(found, ({ experienceId }) => experienceId);
  return found
    .reverse()
    .filter((event) => firstOfSameAction(event, byExperience.get(event.experienceId) ?? []) === null);
}

function isOfExperience(origin: string): boolean {
  return origin === 'webhook' || origin === 'recovered';
}
