import { setImmediate } from 'node:timers/promises';
import { type Action, type ExperienceEvent, isAction, parseEvent } from '../../shared/events.ts';
import { experienceLink } from '../../shared/experience-link.ts';
import type { ExperienceState, Results } from '../contract/experience.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary, ExperienceFilter, ExperienceSummary } from '../contract/ledger-reader.ts';
import type { Report } from '../contract/message.ts';
import { type Phase, phases } from '../experience/phases.ts';
import { experienceState } from '../experience/state.ts';
import { keptResults } from '../intelligems/results.ts';
import { resultsReport } from '../reports/results.ts';
import { EventFactsReader, type ListedEvent } from './event-facts.ts';
import { type ExperienceHealthStory, healthStory } from './health.ts';
import { type LifecycleStory, lifecycleStory } from './lifecycle.ts';
import type { OperationServices } from './services.ts';

/** The life of an experience. Times are milliseconds since 1970; null if unknown. */
export interface ExperienceLife {
  status: ExperienceState['status'];
  createdAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** How long it has been live, without pauses, in milliseconds; null if it never was. */
  liveMs: number | null;
  phases: Phase[];
  /** Its newest events, oldest first. */
  moments: { at: number; action: Action }[];
}

/** An experience in a list. */
export interface ExperienceRow extends ExperienceSummary {
  life: ExperienceLife;
  /** The verdict of its results; null if there are none. */
  verdict: Results['verdict'] | null;
  /** Its newest events are all tests. */
  test: boolean;
}

/** What became of the test experiences. */
export interface TestsRemoved {
  removed: number;
  /** How many stay, because a delivery of theirs is open. */
  left: number;
}

/** Test experiences that are listed, and removed in one go. */
const MOST_TESTS = 500;

/** One experience with all that is known of it. */
export interface ExperienceStory {
  /** The source that it came through. */
  source: string;
  life: ExperienceLife;
  /** The newest snapshot by event time. */
  experience: ExperienceState['experience'];
  organization: ExperienceState['organization'];
  /** Its newest events, newest first. */
  events: ListedEvent[];
  /** Its results; null if there are none. */
  results: Report | null;
  /** What the checks of it found while it ran; null if it was never checked. */
  health: ExperienceHealthStory | null;
  /** Whether it can be paused or resumed here, and what was done here before. */
  lifecycle: LifecycleStory;
  /** Where it opens in Intelligems; null if no address is set. */
  link: string | null;
}

/** How many events of an experience are read for its history. */
const EVENTS = 40;

export function experienceOperations({
  configuration,
  destinations,
  ledger,
  now,
}: Pick<OperationServices, 'configuration' | 'destinations' | 'ledger' | 'now'>) {
  const facts = new EventFactsReader({ ledger, destinations, configuration });
  return {
    async experiences(filter: ExperienceFilter): Promise<ExperienceRow[]> {
      const rows: ExperienceRow[] = [];
      for (const summary of await ledger.experiences(filter)) {
        const read = await readExperience(ledger, summary, now());
        if (read !== null) {
          const results =
            read.state.endedAt === null
              ? null
              : await keptResults(ledger, summary.source, summary.experienceId);
          const test = read.events.every(({ origin }) => origin === 'test');
          rows.push({ ...summary, life: read.life, verdict: results?.verdict ?? null, test });
        }
        await setImmediate();
      }
      return rows;
    },

    testExperiences: () => ledger.testExperiences(MOST_TESTS),

    async removeTestExperiences(): Promise<TestsRemoved> {
      const tests = await ledger.testExperiences(MOST_TESTS);
      let removed = 0;
      for (const { source, experienceId } of tests) {
        removed += (await ledger.removeTestExperience(source, experienceId)) ? 1 : 0;
      }
      return { removed, left: tests.length - removed };
    },

    async experience(id: string, source: string | null): Promise<ExperienceStory | null> {
      // Without a source, it is the experience with this id that changed last.
      const [found] = await ledger.experiences({
        experienceId: id,
        ...(source !== null && { source }),
        limit: 1,
      });
      const read = found === undefined ? null : await readExperience(ledger, found, now());
      if (found === undefined || read === null) {
        return null;
      }
      const { experience, organization } = read.state;
      const results = await keptResults(ledger, found.source, id);
      const subject = { experienceId: id, name: experience.name ?? id, link: null };
      return {
        source: found.source,
        life: read.life,
        experience,
        organization,
        events: await facts.withFacts(read.events),
        results: results === null ? null : resultsReport(subject, results, configuration.reports.locale),
        health: await healthStory(ledger, found.source, id),
        lifecycle: await lifecycleStory(
          { configuration, ledger, now },
          { source: found.source, experienceId: id, status: read.life.status },
        ),
        link: experienceLink(experience, configuration.intelligems.addresses),
      };
    },
  };
}

/**
 * Reads the newest events without their bodies, and only the body of the newest by event time: bodies may be large,
 * and a webhook must not wait until many have been parsed. Null if none of them is a known event.
 */
async function readExperience(
  ledger: Pick<Ledger, 'events' | 'event'>,
  { source, experienceId }: Pick<ExperienceSummary, 'source' | 'experienceId'>,
  now: number,
): Promise<{ state: ExperienceState; life: ExperienceLife; events: EventSummary[] } | null> {
  const events = await ledger.events({ source, experienceId, limit: EVENTS });
  const known = events
    .filter(({ problem, action }) => problem === null && isAction(action))
    .sort((one, other) => happenedAt(one) - happenedAt(other) || one.sequence - other.sequence);
  const newest = known.at(-1);
  const stored = newest === undefined ? null : await ledger.event(newest.key);
  const parsed = stored === null ? null : parseEvent(stored.body);
  if (parsed === null || !parsed.ok) {
    return null;
  }
  const ordered = [...known.slice(0, -1).map(withoutBody), parsed.event];
  const state = experienceState(ordered, now);
  const { status, createdAt, startedAt, endedAt, liveMs } = state;
  const moments = known.map((event) => ({ at: happenedAt(event), action: event.action as Action }));
  return {
    state,
    life: { status, createdAt, startedAt, endedAt, liveMs, phases: phases(ordered), moments },
    events,
  };
}

function happenedAt({ occurredAt, receivedAt }: EventSummary): number {
  return occurredAt ?? receivedAt;
}

function withoutBody(event: EventSummary): ExperienceEvent {
  return {
    action: event.action as Action,
    timestamp: event.occurredAt,
    receivedAt: event.receivedAt,
    experience: {
      id: event.experienceId ?? '',
      testTypes: [],
      variations: [],
      experienceActions: [],
    },
    organization: {},
    payload: {},
  };
}
