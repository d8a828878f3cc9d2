import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Experience, ExperienceEvent } from '../../shared/events.ts';
import type { Change } from '../experience/changes.ts';
import type { Results } from '../experience/results.ts';
import type { ExperienceState } from '../experience/state.ts';

/** What one delivery carries: an experience's event, or a report that the receiver made itself. */
export type Message = ExperienceMessage | ReportMessage;

export interface ExperienceMessage {
  kind: 'experience';
  /** The idempotency key: the same on every attempt of this delivery. Letters, digits, `_` and `-`. */
  key: string;
  event: ExperienceEvent;
  /** The email address of the person who caused it; null where nobody knows. */
  triggeredBy: string | null;
  /** Who caused the other updates of a burst that are told with this one: further email addresses. */
  alsoBy: readonly string[];
  /** When the receiver accepted it, milliseconds since 1970. */
  receivedAt: number;
  /** A newer event of the same experience had been accepted before this one. */
  late: boolean;
  /** No webhook came; reconciliation found it at Intelligems. */
  recovered: boolean;
  /** The experience as it stands now, by event time, whatever this event is. */
  state: ExperienceState;
  /** All known events of the experience by event time, oldest first, this one included; bounded. */
  history: readonly ExperienceEvent[];
  /** The experience as it was before this event; null where no snapshot is held. */
  previous: Experience | null;
  /** What differs between `previous` and this event's snapshot, in words; empty where nothing. */
  changes: readonly Change[];
  /** What came of an ended experience, once it is known. */
  results: Results | null;
  /** Which source it came through. */
  source: string;
  links: {
    /** The experience in Intelligems, where a URL template is set. */
    intelligems: string | null;
    /** The event in the receiver's console, where its public URL is set. */
    console: string | null;
  };
}

/** A report in words: a digest, a milestone, a weekly overview, results, or an alert of the receiver. */
export interface ReportMessage {
  kind: 'report';
  key: string;
  report: Report;
  receivedAt: number;
}

export interface Report {
  topic: 'digest' | 'milestone' | 'overview' | 'results' | 'alert';
  /** One line; says it all. */
  title: string;
  summary: string;
  sections: ReportSection[];
  /** The experience it speaks of, so that it can be shown at that experience's card or thread. */
  experienceId: string | null;
  link: string | null;
  /** A chart at an https URL. */
  image: { url: string; description: string } | null;
}

export interface ReportSection {
  heading: string;
  lines: string[];
  table: { columns: string[]; rows: string[][] } | null;
}

/** What came of one attempt. Reasons are sentences for people, without secrets. */
export type Outcome =
  | {
      type: 'done';
      /** What a person may want to know of it, such as “already there, not sent again”. */
      note?: string;
      /** What the other side answered: at most its first 1,024 characters are kept. */
      answer?: string;
      /** Facts to keep for later deliveries of this destination, written together with the outcome. */
      remember?: Record<string, string>;
    }
  | {
      type: 'retry';
      reason: string;
      answer?: string;
      /** Not before this many milliseconds; without it, the backoff decides. */
      delayMs?: number;
      /** The other side is at its limit: costs no attempt, and holds the whole destination for `delayMs`. */
      rateLimited?: boolean;
      /**
       * Nothing failed: what is waited for is not there yet. It is tried again after `delayMs`, costs no
       * attempt, and the destination counts as working.
       */
      waiting?: boolean;
      /** The receiver itself was in the way: costs no attempt, and says nothing of the destination. */
      ownFault?: boolean;
      /** The destination works; it is the one of its recipients that this delivery is for which does not. */
      ofRecipient?: boolean;
      /** The send may have arrived all the same: the next attempt looks before it sends. */
      uncertain?: boolean;
      /** What had been done before it failed, so that the next attempt does not do it again. */
      remember?: Record<string, string>;
    }
  | {
      type: 'dead';
      /** The cause, and what a person can do about it. */
      reason: string;
      answer?: string;
      /** As of `retry`. */
      ofRecipient?: boolean;
      /** What had been done before it failed, so that a dead letter made ready again does not repeat it. */
      remember?: Record<string, string>;
    };

/** What a destination is told of one attempt beside the message. */
export interface Attempt {
  /** Counts from 1. */
  number: number;
  /** Of the event, whatever the key of the message. */
  eventKey: string;
  /** What the delivery is made by: a route of the settings, or another's errand. */
  route: string;
  /** When the delivery was made, milliseconds since 1970: with its event, or later where a person had it sent anew. */
  createdAt: number;
  /** An earlier attempt may have arrived (time-out, reset, crash): look at the other side before sending. */
  uncertain: boolean;
  /** Aborts when the attempt has taken too long. */
  signal: AbortSignal;
  /** A fact that an earlier delivery of this destination asked to remember; null where there is none. */
  recall(key: string): Promise<string | null>;
}

/** One finding of `check`: for the start-up log, the doctor, and the console. */
export interface Check {
  /** What was looked at, such as “Slack token”. */
  what: string;
  state: 'ok' | 'warning' | 'fault';
  finding: string;
  /** What to do; null where nothing is to be done. */
  fix: string | null;
}

/** A message as it would go out, for people to read. */
export interface Preview {
  /** For a terminal: plain text, no control characters but line feeds. */
  text: string;
  /** The same as it goes over the wire, or as a file to open (HTML, JSON). */
  document: { type: 'json' | 'html' | 'text'; content: string };
}

/** An open destination: the only part that does I/O. */
export interface Destination {
  /**
   * Sends one message. Answers with the outcome, also for every failure that the other side or the
   * network causes; throws only on a fault in the program.
   */
  send(message: Message, attempt: Attempt): Promise<Outcome>;
  /**
   * Brings what `send` had made of this message up to date, without a new message: who caused the event,
   * or what came of the experience, has become known since. `message.key` is the one it was sent under. Where
   * nothing of it is left, there is nothing to do. Absent where what was sent cannot be changed.
   */
  complete?(message: ExperienceMessage, attempt: Attempt): Promise<Outcome>;
  /** Looks, without an effect, whether sending would work. */
  check(): Promise<Check[]>;
  /**
   * The part of `check` that asks nobody: what the settings say, and the files that they name. Absent where
   * valid settings leave nothing to look at.
   */
  checkHere?(): Check[];
  close(): Promise<void>;
}

/**
 * Names a setting of a destination where people find it, for what they are to do. Where the environment made the
 * destination: FORWARD_URL, or with a value FORWARD_ALLOW_PRIVATE=true. Where a file lists it: “url” of the
 * destination “team” in receivers.yaml, or “allowPrivate: true” of it.
 */
export type SettingName = (field: string, value?: string) => string;

/** What every destination is given when it is opened. */
export interface Services {
  /** The destination's name as routes name it. */
  name: string;
  setting: SettingName;
  log: Logger;
  now(): number;
  /** How many processes send to this destination now, this one included, and so share its limits; without it, one. */
  sharers?(): number;
}

/** A kind of destination: its name, its settings, and how it is opened. One per folder. */
export interface DestinationKind<Settings = unknown> {
  /** As `type` in receivers.yaml: slack, sheets, email, http, … */
  kind: string;
  /** As people call it: “Slack”, “Google Sheets”. */
  title: string;
  /** A strict object; every field has a `.describe()`, which the settings' JSON Schema shows. */
  settings: z.ZodType<Settings>;
  /** Which environment variable sets which field. Any of them switches the destination on. */
  environment: Readonly<Record<string, string>>;
  /**
   * What sending a message once more does where an earlier attempt arrived: for people, as the rest of a sentence
   * that begins “If an earlier attempt arrived after all, ”.
   */
  repeated(settings: Settings): string;
  /** How many deliveries it may have under way at once. */
  concurrency: number;
  /** Renders without I/O what `send` would send. */
  preview(message: Message, settings: Settings): Preview;
  /** The settings of the preview destination, which renders this kind where nothing is configured. */
  example: Settings;
  open(settings: Settings, services: Services): Promise<Destination>;
}
