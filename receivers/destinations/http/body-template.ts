import type { Liquid } from 'liquidjs';
import { newLiquid } from '../common/liquid.ts';
import type { ForwardedEvent } from './render.ts';

export type RenderedBody = { ok: true; body: string } | { ok: false; problem: string };

/** What a body template may take, in milliseconds and in characters: it must not hold other deliveries up. */
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 5_000_000;

let liquid: Liquid | undefined;

/**
 * Liquid that writes JSON: what a template puts between quotes is escaped as JSON text, so that no name can
 * end it; `| json` writes a whole value with its quotes, also null.
 */
function engine(): Liquid {
  if (liquid === undefined) {
    liquid = newLiquid({
      strictVariables: true,
      strictFilters: true,
      lenientIf: true,
      ownPropertyOnly: true,
      renderLimit: RENDER_LIMIT_MS,
      memoryLimit: MEMORY_LIMIT,
      outputEscape: (value: unknown) =>
        typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value ?? ''),
    });
    liquid.registerFilter('json', { raw: true, handler: (value: unknown) => JSON.stringify(value ?? null) });
  }
  return liquid;
}

/** Renders a body template over one event. What comes out is whole JSON, or the problem is told in words. */
export function renderBody(template: string, event: ForwardedEvent): RenderedBody {
  let body: string;
  try {
    body = engine().parseAndRenderSync(template, event);
  } catch (error) {
    return { ok: false, problem: `The body template failed: ${(error as Error).message.split('\n')[0]}.` };
  }
  try {
    JSON.parse(body);
  } catch (error) {
    const problem = `The body template does not give JSON for every event: ${(error as Error).message}. Write texts as "{{ name }}", everything else (also what may be missing) as {{ value | json }}.`;
    return { ok: false, problem };
  }
  return { ok: true, body };
}
