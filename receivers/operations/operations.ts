import type { HealthCheck } from '../../shared/health-words.ts';
import type { Check, Preview } from '../contract/destination.ts';
import type { EventFilter, ExperienceFilter, TestExperience } from '../contract/ledger-reader.ts';
import type { Refusal } from '../inbound/refusals.ts';
import type { Requested } from '../lifecycle/request.ts';
import type { Checked } from './checks.ts';
import type { DeadLetterSelection, DeadLetters } from './dead-letters.ts';
import type { DestinationReport } from './destination-report.ts';
import type { ListedEvent } from './event-facts.ts';
import type { ExperienceRow, ExperienceStory, TestsRemoved } from './experiences.ts';
import type { OperationFault } from './fault.ts';
import type { PersonalRequest } from './lifecycle.ts';
import type { PreviewName } from './preview.ts';
import type { EventStory, ExportedStory } from './records.ts';
import type { ReplayStep } from './replay.ts';
import type { ReplaySpan, SpanPlan } from './replay-span.ts';
import type { ExplainedEvent } from './routes.ts';
import type { SetUp } from './set-up.ts';
import type { Chart, Range } from './timeline.ts';

/**
 * What a person can ask of a receiver. The console's pages, its API and the command line all use it, whether the
 * ledger is in this process ({@link openOperations}) or behind a receiver's API ({@link connectOperations}).
 *
 * Every method rejects with an {@link OperationFault} if it is given a name that is not in the settings.
 */
export interface Operations {
  /** What a person should know though the receiver works, in sentences: about its clock or storage, for example. */
  warnings(): Promise<string[]>;

  /** The sources, the kinds of destinations that are not connected, and where to set both up. */
  setUp(): Promise<SetUp>;

  /** Events, newest first. */
  events(filter: EventFilter): Promise<ListedEvent[]>;
  /** One event, its deliveries and all attempts; null for an unknown key. */
  event(key: string): Promise<EventStory | null>;
  /** Events after the one with this sequence, oldest first. The page may be shorter than `limit`; empty at the end. */
  exportPage(afterSequence: number, limit: number): Promise<ExportedStory[]>;

  /** What events can be previewed for. */
  previews(): Promise<PreviewName[]>;
  /** How an event looks at a destination; null if the event or the destination is unknown, or cannot be shown. */
  preview(key: string, destination: string): Promise<Preview | null>;

  /**
   * How a webhook looks at a destination that is not stored here; null for an unknown destination.
   *
   * @param bodies webhooks of one experience, oldest first; the last one is previewed
   */
  previewBodies(bodies: readonly string[], destination: string): Promise<Preview | null>;

  /**
   * Which routes a webhook takes, and why.
   *
   * @param source null for each of the settings
   * @param at when it arrives, milliseconds since 1970
   */
  explainRoutes(body: string, source: string | null, at: number): Promise<ExplainedEvent>;

  /** What a replay would do, without doing it; null for an unknown event. */
  planReplay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null>;
  /** Replays, and gives what was done; null for an unknown event. */
  replay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null>;

  /** What sending all events of a span again would do, without doing it. */
  planSpanReplay(span: ReplaySpan, destinations: readonly string[]): Promise<SpanPlan>;
  /**
   * Sends all events of a span again, oldest first, and gives how many messages that makes. Rejects with an
   * {@link OperationFault}, and sends nothing, if there are more events than can be sent in one go.
   */
  replaySpan(span: ReplaySpan, destinations: readonly string[]): Promise<number>;

  /**
   * Makes an event's delivery due now that waits for its time, and ends a pause of its destination. False if it does not
   * wait (any more); null if the event has no such delivery.
   */
  deliverNow(key: string, deliveryId: number): Promise<boolean | null>;

  deadLetters(selection: DeadLetterSelection): Promise<DeadLetters>;
  /** Makes dead letters ready again; gives how many. */
  replayDeadLetters(selection: DeadLetterSelection): Promise<number>;
  /** Dismisses dead letters: they are not sent. Gives how many. */
  dismissDeadLetters(selection: DeadLetterSelection): Promise<number>;

  /** Everything that takes deliveries, with its health and its queue. */
  destinations(): Promise<DestinationReport[]>;
  /** The last findings for each open destination. Old ones are renewed in the background. */
  checks(): Promise<Record<string, Checked | null>>;
  /** Checks a destination now. */
  check(destination: string): Promise<Checked>;
  /** Ends a destination's pause. */
  resume(destination: string): Promise<void>;
  /**
   * Accepts a test event; gives its key.
   *
   * @param source null for the first one
   * @param destination null for all that the routes name
   */
  sendTest(source: string | null, destination: string | null): Promise<string>;

  /** Experiences by their last event. */
  experiences(filter: ExperienceFilter): Promise<ExperienceRow[]>;
  /**
   * One experience; null if no event of it is stored. Without a source, the one with this id that changed last: two
   * sources may post the same id.
   */
  experience(id: string, source: string | null): Promise<ExperienceStory | null>;

  /**
   * Mutes these checks of a running experience, and no others: what they find is shown, and not reported. False if the
   * experience was never checked.
   */
  muteHealth(source: string, experienceId: string, checks: readonly HealthCheck[]): Promise<boolean>;

  /**
   * Asks for an experience to be paused, or to be resumed if it was paused here. Null if no event of it is stored. The
   * request is on disk when this resolves, and is then carried out; what became of it is in the experience's story.
   */
  requestLifecycle(asked: PersonalRequest): Promise<Requested | null>;

  /** Experiences that have only test events, newest first. */
  testExperiences(): Promise<TestExperience[]>;
  /** Deletes them permanently, with their events and dead letters. Those with an open delivery are kept. */
  removeTestExperiences(): Promise<TestsRemoved>;

  /** Events and deliveries over time. Tests do not count. */
  timeline(range: Range): Promise<Chart>;
  /** Checks the receiver itself, its settings and its destinations. With `network`, also what can only be asked over the network. */
  examine(network: boolean): Promise<Check[]>;
  /** The last requests that failed verification, newest first. */
  refused(): Promise<Refusal[]>;
}
