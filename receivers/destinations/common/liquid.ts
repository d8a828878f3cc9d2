import { createRequire } from 'node:module';
import type { Liquid, LiquidOptions } from 'liquidjs';

const require = createRequire(import.meta.url);

/** The library for templates. It is loaded when it is first used: a start needs none. */
export function liquidLibrary(): typeof import('liquidjs') {
  return require('liquidjs');
}

/** Makes an engine for templates. */
export function newLiquid(options: LiquidOptions): Liquid {
  return new (liquidLibrary().Liquid)(options);
}
