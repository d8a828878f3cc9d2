import { intelligemsApp } from './app.ts';
import settings from './package.json' with { type: 'json' };

/** The app as Zapier loads it: for the audience and in the version that package.json names. */
export default intelligemsApp({
  version: settings.version,
  audience: settings.audience === 'public' ? 'public' : 'private',
});
