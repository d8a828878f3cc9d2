import { createRequire } from 'node:module';
import type { Liquid, LiquidOptions } from 'liquidjs';

const require = createRequire(import.meta.url);

/** Makes an engine for templates. The library is loaded with the first one: a start needs none. */
export function newLiquid(options: LiquidOptions): Liquid {
  const library: typeof import('liquidjs') = require('liquidjs');
  return new library.Liquid(options);
}
