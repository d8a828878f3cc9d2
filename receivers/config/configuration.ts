import type { ConfiguredDestination } from '../contract/destination.ts';
import type { Source } from '../contract/source.ts';
import type { Routing } from '../routes/route.ts';
import type { Settings } from './settings/settings.ts';

/** Everything that the receiver is told at start, validated and complete. */
export interface Configuration extends Settings {
  /** The settings file that was read, as it was named; null where there is none. */
  file: string | null;
  sources: Source[];
  destinations: ConfiguredDestination[];
  routing: Routing;
  /** What is no fault but may surprise, in sentences; to be told at start. */
  notices: string[];
}
