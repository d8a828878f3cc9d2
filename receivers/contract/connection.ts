/** What can be set by hand in the console while the receiver runs. */
export type ConnectionKind = 'source' | 'destination' | 'route';

/** Where something is set. Only what is set in the console can be changed there. */
export type SetBy =
  | {
      by: 'console';
      /** A permanent ID. It stays the same when the title changes. */
      id: string;
      /** A change names the version that it is based on, so that nobody overwrites another change. */
      version: number;
    }
  /** `where` is for people: `receivers.yaml:12 destinations[0]`, or `SLACK_BOT_TOKEN, SLACK_CHANNEL`. */
  | { by: 'file' | 'environment'; where: string }
  /** Nobody set it: it is what the receiver does without a setting. */
  | { by: 'receiver'; where: string };

/** A source, destination or route as it is written, wherever that is. It may hold secrets. */
export interface WrittenConnection {
  kind: ConnectionKind;
  /** As routes, deliveries and URLs name it. */
  name: string;
  /** As people call it. */
  title: string;
  /** The type of a destination; else null. */
  type: string | null;
  setBy: SetBy;
  /** As receivers.yaml has it, without name, title and type. */
  written: Record<string, unknown>;
  /** Fields that the environment sets, with the variable. */
  fixed: Record<string, string>;
  /** Why it does not work, if it was set in the console: the field (empty for the whole) and what to do. */
  faults: readonly { where: string; message: string }[];
}

/**
 * What happens to the open deliveries of a removed destination: they wait for a destination with its name, they are
 * sent to another destination instead (unless it has the event already), or they become dead letters.
 */
export type OpenDeliveries = { choice: 'wait' } | { choice: 'move'; to: string } | { choice: 'dead' };

/** What was set in the console, with its secrets opened. */
export interface StoredConnection {
  kind: ConnectionKind;
  id: string;
  version: number;
  name: string;
  /** Null if it has none of its own. */
  title: string | null;
  type: string | null;
  written: Record<string, unknown>;
  /** Secret fields that cannot be opened, and why; null if all can. */
  unreadable: { fields: string[]; why: string } | null;
}

/** Everything that was set in the console; routes in their order. */
export interface StoredSettings {
  /** Counts the changes. */
  revision: number;
  connections: readonly StoredConnection[];
  /** Removed destinations. */
  removed: readonly { name: string; deliveries: OpenDeliveries }[];
}

/** Nothing was set in the console. */
export const NOTHING_STORED: StoredSettings = { revision: 0, connections: [], removed: [] };
