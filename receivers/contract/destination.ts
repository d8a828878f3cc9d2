import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ExperienceMessage, Message } from './message.ts';
import type { Outcome } from './outcome.ts';
import type { PressRequest, ReadPress } from './press.ts';

/** What a destination knows about one attempt in addition to the message. */
export interface Attempt {
  /** Counts from 1. */
  number: number;
  /** Of the event, whatever the key of the message. */
  eventKey: string;
  /** The route, or the internal job, that created the delivery. */
  route: string;
  /** When the delivery was created: with its event, or later if a person sent it again. Milliseconds since 1970. */
  createdAt: number;
  /** An earlier attempt may have arrived (timeout, reset, crash): look at the other side before sending. */
  uncertain: boolean;
  /** Aborts when the attempt takes too long or its lease is lost. Check it right before each effect. */
  signal: AbortSignal;
  /** A fact that an earlier delivery of this destination remembered; null if there is none. */
  recall(key: string): Promise<string | null>;
}

/** One finding of `check`, for the log at start, the doctor and the console. */
export interface Check {
  /** What was checked, such as “Slack token”. */
  what: string;
  state: 'ok' | 'warning' | 'fault';
  finding: string;
  /** What to do; null if nothing. */
  fix: string | null;
}

/** A message as it would be sent, for people to read. */
export interface Preview {
  /** For a terminal: plain text without control characters other than line feeds. */
  text: string;
  /** The same as it is sent, or as a file to open (HTML, JSON). */
  document: { type: 'json' | 'html' | 'text'; content: string };
}

/** An open destination. Only this part does I/O. */
export interface Destination {
  /** The longest time one attempt may take, in milliseconds; without it, the setting ATTEMPT_TIMEOUT_SECONDS. */
  readonly attemptTimeoutMs?: number;
  /**
   * Sends one message. Failures of the other side or the network are outcomes; it throws only for bugs.
   */
  send(message: Message, attempt: Attempt): Promise<Outcome>;
  /**
   * Updates what `send` created, without a new message, because who caused the event or the results became known.
   * `message.key` is the key that it was sent with. If nothing of it is left, there is nothing to do. Absent if what
   * was sent cannot be changed.
   */
  complete?(message: ExperienceMessage, attempt: Attempt): Promise<Outcome>;
  /**
   * Reads a request that says which button of a message was pressed. Absent if its messages have none. Answers within
   * two seconds, and never rejects.
   */
  readPress?(request: PressRequest): Promise<ReadPress>;
  /** Checks, without an effect, whether sending would work. */
  check(): Promise<Check[]>;
  /**
   * The part of `check` that needs no network: settings, and files that they name. Absent if there is nothing to check
   * in valid settings.
   */
  checkHere?(): Check[];
  close(): Promise<void>;
}

/**
 * Names a setting of a destination in advice, as people find it. If the environment turned on the destination:
 * FORWARD_URL, or with a value FORWARD_ALLOW_PRIVATE=true. If a file lists it: “url” of the destination “team” in
 * receivers.yaml, or “allowPrivate: true” of it.
 */
export type SettingName = (field: string, value?: string) => string;

/** What every destination gets when it is opened. */
export interface Services {
  /** The destination's name as routes name it. */
  name: string;
  setting: SettingName;
  log: Logger;
  now(): number;
  /** How many processes, including this one, send to this destination and share its limits. Default: one. */
  sharers?(): number;
  /** Hides secrets in what is printed. Default: none. */
  hideSecrets?(text: string): string;
}

/** A kind of destination: its name, its settings, and how to open it. One per folder. */
export interface DestinationKind<Settings = unknown> {
  /** As `type` in receivers.yaml: slack, sheets, email, http, … */
  kind: string;
  /** As people call it: “Slack”, “Google Sheets”. */
  title: string;
  /** The title in the middle of a sentence, if it is written differently there: “email”. */
  titleInSentence?: string;
  /** A strict object; every field has a `.describe()`, which the settings' JSON Schema shows. */
  settings: z.ZodType<Settings>;
  /** Which environment variable sets which field. Setting any of them turns on the destination. */
  environment: Readonly<Record<string, string>>;
  /**
   * What sending a message again does if an earlier attempt arrived. For people, as the rest of a sentence that begins
   * “If an earlier attempt arrived after all, ”.
   */
  repeated(settings: Settings): string;
  /** How many deliveries may be in progress at the same time. */
  concurrency: number;
  /** Renders what `send` would send, without I/O. */
  preview(message: Message, settings: Settings): Preview;
  /** Settings for the preview of this kind if no such destination is configured. */
  example: Settings;
  open(settings: Settings, services: Services): Promise<Destination>;
  /**
   * Values of a field that the other side knows, such as the channels of a workspace. `written` is not validated: what
   * a person has entered so far. Gives none if it cannot ask.
   */
  choices?(
    written: Readonly<Record<string, unknown>>,
    field: string,
    services: Pick<Services, 'log' | 'now'>,
  ): Promise<Choice[]>;
}

/** A value that a field can have, from the other side. */
export interface Choice {
  value: string;
  label: string;
  /** What is still to be done, such as inviting the app into the channel; null for nothing. */
  note: string | null;
}

/** A destination of the settings, validated by its kind. */
export interface ConfiguredDestination {
  name: string;
  kind: DestinationKind;
  settings: unknown;
  /** The settings file that lists it, or {@link IN_CONSOLE}; null if environment variables turned it on. */
  file: string | null;
  /** As people call it, if they gave it a title. */
  title?: string | null;
}

/** Where a destination is set that was connected in the console, as it is named after “in”. */
export const IN_CONSOLE = 'the console';

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
