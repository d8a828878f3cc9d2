import type { Thresholds } from '../../shared/verdict-words.ts';
import type { ConfiguredDestination } from '../contract/destination.ts';
import type { Source } from '../contract/source.ts';
import type { Routing } from '../routes/route.ts';
import type { Settings } from './settings/settings.ts';

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
}
