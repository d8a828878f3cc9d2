import type { Thresholds } from '../../shared/verdict-words.ts';
import type { StoredSettings, WrittenConnection } from '../contract/connection.ts';
import type { ConfiguredDestination } from '../contract/destination.ts';
import type { Source } from '../contract/source.ts';
import type { Routing } from '../routes/route.ts';
import type { Settings } from './settings/settings.ts';
import type { Fault } from './values/faults.ts';

/** All settings, validated and complete. */
export interface Configuration extends Settings {
  /** The settings file that was read, as it was named; null without one. */
  file: string | null;
  sources: Source[];
  destinations: ConfiguredDestination[];
  routing: Routing;
  digest: Settings['digest'] & { timeZone: string };
  overview: Settings['overview'] & { timeZone: string };
  reports: { locale: string; thresholds: Thresholds };
  /** Sentences about settings that are valid but may surprise, to show at start. */
  notices: string[];
  /** Every source, destination and route as it is written, with where it is set. */
  connections: WrittenConnection[];
  /** Sources that are set but cannot work now: their webhooks are answered so that they are sent again. */
  heldSources: string[];
  /** Destinations that are set but cannot work now: their deliveries wait. */
  heldDestinations: string[];
  /** What was set in the console, as far as it was read. */
  stored: StoredSettings;
  /** The same settings with other ones of the console. The file and the environment are those of the start. */
  withStored(stored: StoredSettings): Loaded;
}

export type Loaded = { ok: true; configuration: Configuration } | { ok: false; faults: Fault[] };
