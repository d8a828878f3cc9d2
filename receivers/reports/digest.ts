import type { Logger } from 'pino';
import { type Action, parseEvent, triggeredBy } from '../../shared/events.ts';
import { cut } from '../../shared/words.ts';
import { startRounds } from '../base/rounds.ts';
import { type CalendarDay, calendarDay, instantOf } from '../base/zoned-time.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import type { Report } from '../contract/message.ts';
import type { Source } from '../contract/source.ts';
import { reportEvent } from '../delivery/report.ts';
import { figuresIn } from '../experience/figures.ts';
import { eventsForDigest, identityOf } from './digest-events.ts';
import { REPORTS } from './remembered.ts';

const DAY_MS = 24 * 3_600_000;

/** How often to check for a due digest, milliseconds: the machine's clock may change. */
const ROUND_MS = 15 * 60_000;

const AFTER_FAULT_MS = 60_000;

/** A clock that is ahead of the believed time by more than this is in doubt, milliseconds. */
const DOUBT_MS = 60_000;

/** How often to check whether a doubt is over, milliseconds. */
const DOUBT_ROUND_MS = 60_000;

/** How many bodies are read to find out who did it. */
const MOST_READ = 200;

/** The longest name, in characters. */
const LONGEST_NAME = 120;

/** After a downtime, digests of this many days at most are sent. */
const MOST_DAYS = 7;

/** The fact that holds the last day that was handled. */
const LAST_DAY = 'digest';

/** An event in a digest. */
export type DigestEvent = Pick<
  EventSummary,
  'action' | 'experienceId' | 'experienceName' | 'occurredAt' | 'receivedAt' | 'triggeredBy' | 'source'
>;

/** How a digest is written. */
interface DigestStyle {
  timeZone: string;
  locale: string;
  /** All sources. With several, each line names its source. */
  sources: readonly Pick<Source, 'name' | 'title'>[];
}

/** The actions in the order of a digest, in words. */
const WORDS: readonly [Action, string][] = [
  ['startExperience', 'started'],
  ['endExperience', 'ended'],
  ['pauseExperience', 'paused'],
  ['createExperience', 'created'],
  ['deleteExperience', 'deleted'],
  ['updateExperience', 'updated'],
];

/** The digest of the events of one day; null for a day without events. Pure. */
export function digestReport(
  events: readonly DigestEvent[],
  day: CalendarDay,
  style: DigestStyle,
): Report | null {
  const groups = WORDS.map(([action, words]) => ({
    words,
    own: events.filter((event) => event.action === action),
  })).filter(({ own }) => own.length > 0);
  if (groups.length === 0) {
    return null;
  }
  const counts = groups.map(({ words, own }) => `${countOf(own)} ${words}`).join(', ');
  const date = figuresIn(style.locale, null).day(day * DAY_MS, 'UTC');
  return {
    topic: 'digest',
    title: `Experiences on ${date}: ${counts}`,
    summary: `${experiencesIn(events)} changed.`,
    sections: groups.map(({ words, own }) => ({
      heading: words.charAt(0).toUpperCase() + words.slice(1),
      lines: linesOf(own, day, style),
      table: null,
    })),
    experienceId: null,
    link: null,
    image: null,
  };
}

function countOf(events: readonly DigestEvent[]): number {
  return new Set(events.map(identityOf)).size;
}

function experiencesIn(events: readonly DigestEvent[]): string {
  const count = countOf(events);
  return count === 1 ? 'One experience' : `${count} experiences`;
}

/** A line for each experience: its name and store, when, by whom, and how often. Another day is named. */
function linesOf(
  events: readonly DigestEvent[],
  day: CalendarDay,
  { timeZone, locale, sources }: DigestStyle,
): string[] {
  const titles = new Map(sources.length > 1 ? sources.map(({ name, title }) => [name, title]) : []);
  const byExperience = Map.groupBy(events, identityOf);
  return [...byExperience.values()].map((own) => {
    const last = own.at(-1) as DigestEvent;
    const at = last.occurredAt ?? last.receivedAt;
    const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at);
    const date = calendarDay(at, timeZone) === day ? '' : ` on ${figuresIn(locale, null).day(at, timeZone)}`;
    const name = last.experienceName?.trim() || `Unnamed experience (${last.experienceId})`;
    const often = own.length > 1 ? `${own.length} times, last ` : '';
    const by = last.triggeredBy === null ? '' : ` by ${last.triggeredBy}`;
    const title = titles.get(last.source);
    const whose = title === undefined ? '' : ` (${title})`;
    return `${cut(name, LONGEST_NAME)}${whose}: ${often}at ${time}${date}${by}`;
  });
}

/** When a day's digest is sent: at this hour of the next day, in this time zone. */
export interface DigestTime {
  hour: number;
  timeZone: string;
}

/** The last day whose digest is due at `now`, and when the next one is due (milliseconds since 1970). */
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

/**
 * Starts sending the daily digest. Gives a function that ends it.
 *
 * @param believedTime a time for what is irreversible, milliseconds since 1970: a digest that is sent while the clock is
 *   ahead lacks what happens later on its day
 */
export function startDigest(
  { digest, reports, sources }: DigestSettings,
  ledger: DigestLedger,
  log: Logger,
  believedTime: () => Promise<number>,
): () => Promise<void> {
  if (digest.to.length === 0) {
    return async () => {};
  }
  let isWaiting = false;
  return startRounds(
    async () => {
      const now = await believedTime();
      const aheadMs = Date.now() - now;
      if (aheadMs > DOUBT_MS) {
        if (!isWaiting) {
          log.warn({ aheadMs }, 'the daily digest waits: no other clock agrees with this machine’s yet');
        }
        isWaiting = true;
        return DOUBT_ROUND_MS;
      }
      isWaiting = false;
      await sendDigests({ ...digest, ...reports, sources }, ledger, now);
      return Math.min(digestDue(digest, now).nextAt - now, ROUND_MS);
    },
    { firstMs: 0, afterFailureMs: AFTER_FAULT_MS, what: 'the daily digest' },
    log,
  );
}

/**
 * Accepts the digests that are due: one for each day since the last one handled, so that a downtime skips none. At the
 * first start, only the digest of the day before.
 */
export async function sendDigests(
  settings: DigestTime & DigestStyle & { to: readonly string[] },
  ledger: DigestLedger,
  now: number,
): Promise<void> {
  const { day: due } = digestDue(settings, now);
  const known = await ledger.recall(REPORTS, LAST_DAY);
  const last = known === null ? due - 1 : Date.parse(known) / DAY_MS;
  // The last day is in the future if this machine's clock was ahead.
  const first = last > due ? due : Math.max(last + 1, due - MOST_DAYS + 1);
  let handledUntil = Math.min(last + 1, first);
  for (let day = first; day <= due; day += 1) {
    const made = await sendDigest(day, handledUntil, settings, ledger, now);
    await ledger.remember(REPORTS, { ...made, [LAST_DAY]: dateOf(day) });
    handledUntil = day + 1;
  }
}

/**
 * Accepts the digest of a day, unless it was accepted before or the day had no events. Gives the facts to remember.
 *
 * @param handledUntil the first day that no digest has been made of
 */
async function sendDigest(
  day: CalendarDay,
  handledUntil: CalendarDay,
  { to, ...style }: DigestStyle & { to: readonly string[] },
  ledger: DigestLedger,
  now: number,
): Promise<Record<string, string>> {
  const key = `report_digest_${dateOf(day)}`;
  if ((await ledger.event(key)) !== null) {
    return {};
  }
  const { events, remember } = await eventsForDigest(ledger, day, handledUntil, style.timeZone);
  const report = digestReport(await withAuthors(events, ledger), day, style);
  if (report !== null) {
    await ledger.accept(reportEvent(key, report, to, now));
  }
  return remember;
}

/** A day in ISO 8601. */
function dateOf(day: CalendarDay): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The events with who caused them, as far as their bodies say; only the first ones, to stay quick. */
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
