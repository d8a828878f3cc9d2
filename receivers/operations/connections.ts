import type { ConnectionKind, OpenDeliveries, SetBy } from '../contract/connection.ts';
import type { Check, Choice, Preview } from '../contract/destination.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { ExplainedEvent } from './routes.ts';

/** A source, destination or route, wherever it is set. It holds no secret. */
export interface Connection {
  kind: ConnectionKind;
  /** As routes, deliveries and URLs name it. It never changes. */
  name: string;
  /** As people call it. */
  title: string;
  /** The type of a destination: slack, sheets, email, …; else null. */
  type: string | null;
  setBy: SetBy;
  /** As receivers.yaml has it, without name, type and secrets. */
  values: Record<string, unknown>;
  /** The secret fields that have a value. */
  secrets: string[];
  /** Fields of it that the environment sets, and that cannot be changed here: field and variable. */
  fixed: Record<string, string>;
  /** Why it does not work, and what to do; null if nothing is known to be wrong. What it concerns waits. */
  problem: string | null;
}

/** A destination that was removed in the console. */
export interface RemovedDestination {
  name: string;
  /** What happens to its open deliveries. */
  deliveries: OpenDeliveries;
  /** How many are open now. */
  open: number;
}

/** Everything that is connected. */
export interface Connections {
  sources: Connection[];
  destinations: Connection[];
  /** In the order in which they apply: first those of the file, then those of the console. */
  routes: Connection[];
  /** `first` uses only the first route that matches. */
  routing: 'all' | 'first';
  removed: RemovedDestination[];
  /** Counts the changes. The order of the routes is changed based on it. */
  version: number;
  /** What to know about secrets and the settings key, in sentences; empty if there is nothing to know. */
  warnings: string[];
}

/** A field of a form. */
export interface Field {
  name: string;
  /** A short label: “Bot token”. */
  label: string;
  description: string;
  /** `list`: several texts; `map`: names and values; `group`: `fields` holds its own fields. */
  input: 'text' | 'number' | 'yes-no' | 'choice' | 'list' | 'map' | 'group';
  /** It is written, never shown again, and kept if it is left out of a draft. */
  secret: boolean;
  required: boolean;
  /** One of the fields to show first; the others go behind “More”. */
  main: boolean;
  choices: string[];
  /** Values that come to mind, such as actions and types of experiences; others are possible. */
  examples: string[];
  /** There are no other values than the choices, the examples, or what this receiver knows. */
  closed: boolean;
  /** Without a value; null if there is no default. */
  default: unknown;
  fields: Field[];
}

/** A form for something new, or for changing it. */
export interface Form {
  kind: ConnectionKind;
  /** Of a destination; else null. */
  type: string | null;
  /** “Slack”, “Source”, “Route”. */
  title: string;
  fields: Field[];
}

/** What a person entered. */
export interface Draft {
  kind: ConnectionKind;
  /** Of what it changes; null for something new. */
  id: string | null;
  /** The version that the change is based on; null for something new. */
  version: number | null;
  /** Of a destination. */
  type?: string;
  /** For something new. Default: the type, or the type and a number. It cannot be changed later; the title can. */
  name?: string;
  title?: string;
  /**
   * As receivers.yaml has it, with text where a form gives text. A secret that is left out keeps its value, and null
   * removes it. Other fields that are left out are not set.
   */
  values: Record<string, unknown>;
}

/** Something wrong in a draft: the field (`channel`, `quietHours.from`; empty for the whole) and what to write. */
export interface DraftFault {
  field: string;
  message: string;
}

/** Whether a draft would work. */
export interface DraftCheck {
  faults: DraftFault[];
  /** What the other side says; empty if there are faults, and for what has no other side. */
  checks: Check[];
}

/** Who changes something. */
export interface Author {
  /** The token with which they came in. */
  role: 'editor' | 'viewer';
  /** By a page, by the API (with the client’s address), or by the import of a ledger. */
  via: 'console' | 'api' | 'import';
  address: string;
}

/** What came of a change. Unless it is `saved`, nothing has changed. */
export type Saved =
  | {
      result: 'saved';
      connection: Connection;
      /** The webhook secret that was made for a new source. It can be shown this once; else null. */
      secret: string | null;
    }
  | { result: 'faults'; faults: DraftFault[] }
  /** Somebody else changed or removed it meanwhile. `current` is what it is now; null if it is gone. */
  | { result: 'conflict'; message: string; current: Connection | null };

/** What a removal would do. */
export interface Removal {
  /** In sentences: which routes no longer send anything there, and how many deliveries are open. */
  words: string[];
  open: number;
  dead: number;
  /** Where open deliveries could be moved: names of destinations. */
  couldMoveTo: string[];
  /** Why it cannot be removed, and what to do first; null if it can. */
  refusal: string | null;
}

/** A line of the audit log. */
export interface LoggedChange {
  /** Counts the changes. */
  revision: number;
  /** Milliseconds since 1970. */
  at: number;
  by: Author;
  /** `moved` is a change of the order of the routes. */
  change: 'added' | 'changed' | 'removed' | 'moved';
  kind: ConnectionKind;
  name: string;
  title: string;
  /** What changed, in sentences, such as “channel: C01 → C02” and “token: replaced”. Never a secret. */
  details: string[];
}

/**
 * What a person can do about sources, destinations and routes while the receiver runs. A change works at once in this
 * process, and in the others within seconds. Methods reject with an OperationFault if they are given an id or a name
 * that does not exist.
 */
export interface ConnectionOperations {
  /** Everything that is connected, wherever it is set. */
  connections(): Promise<Connections>;
  /** A form for a source, for a route, and for each type of destination. */
  connectionForms(): Promise<Form[]>;
  /** Validates a draft, and asks the other side, without an effect, whether it would work. */
  checkDraft(draft: Draft): Promise<DraftCheck>;
  /** Values of a field that the other side knows, with the values of the draft so far; empty if it knows none. */
  choices(draft: Draft, field: string): Promise<Choice[]>;
  /** Sends a test event to the draft of a destination, without saving it. `faults` as for a check. */
  testDraft(draft: Draft): Promise<{ faults: DraftFault[]; outcome: Outcome | null }>;
  /** How a test event would look at the draft of a destination. `faults` as for a check; nothing is sent. */
  previewDraft(draft: Draft): Promise<{ faults: DraftFault[]; preview: Preview | null }>;
  /** Which routes a webhook would take with the draft of a route, and why; see `explainRoutes`. */
  explainDraft(
    draft: Draft,
    webhook: { body: string; source: string | null; at: number },
  ): Promise<{ faults: DraftFault[]; explained: ExplainedEvent | null }>;
  /** Adds or changes something. Validates it first, and opens a destination. */
  saveDraft(draft: Draft, by: Author): Promise<Saved>;
  /** What a removal would do. */
  removal(kind: ConnectionKind, id: string): Promise<Removal>;
  /** Removes something that was set here. `deliveries` is needed for a destination that has open ones. */
  remove(
    removed: { kind: ConnectionKind; id: string; version: number; deliveries?: OpenDeliveries },
    by: Author,
  ): Promise<{ result: 'removed' } | Exclude<Saved, { result: 'saved' }>>;
  /** Changes what happens to the open deliveries of a removed destination. */
  settleRemoved(name: string, deliveries: OpenDeliveries, by: Author): Promise<void>;
  /** Orders the routes that were set here. `ids` names each of them once. */
  orderRoutes(
    ids: readonly string[],
    version: number,
    by: Author,
  ): Promise<{ result: 'saved' } | Exclude<Saved, { result: 'saved' }>>;
  /** The audit log, newest first. `before` is the revision of the last line of the page before. */
  connectionChanges(page: { before?: number; limit: number }): Promise<LoggedChange[]>;
  /** What was set here as a receivers.yaml. Secrets are variables, `${SLACK_TOKEN}`, which are listed above. */
  connectionsAsYaml(): Promise<string>;
}
