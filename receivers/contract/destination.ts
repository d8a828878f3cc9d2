import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ExperienceMessage, Message } from './message.ts';
import type { Outcome } from './outcome.ts';

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
  /** The longest time one attempt may take, in milliseconds; without it, the setting ATTEMPT_TIMEOUT_SECONDS. */
  readonly attemptTimeoutMs?: number;
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

/** A destination as the settings name it, with settings that its kind has validated. */
export interface ConfiguredDestination {
  name: string;
  kind: DestinationKind;
  settings: unknown;
  /** The settings file that lists it; null where environment variables switched it on. */
  file: string | null;
}

/** How people see a destination and its deliveries. */
export interface DestinationDescription {
  /** As routes and the API name it. */
  name: string;
  /** As people call it: “Slack”, or “Slack (alerts)” if the name says more. */
  title: string;
  /** As {@link DestinationKind.repeated} says it; null if nothing is sent. */
  repeated: string | null;
  /**
   * The receiver makes these deliveries for itself, such as asking Intelligems who caused an event. Nobody can
   * address, test or preview one, and they are counted separately.
   */
  internal: boolean;
}

/** A destination that takes deliveries. */
export interface OpenDestination extends DestinationDescription {
  /** How many deliveries may be in progress at once. */
  concurrency: number;
  destination: Destination;
}

/** All destinations that take deliveries, by name, in the order in which people see them. */
export type OpenDestinations = ReadonlyMap<string, OpenDestination>;
