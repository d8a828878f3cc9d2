import type { Drop, Liquid } from 'liquidjs';
import { liquidLibrary } from '../common/liquid.ts';
import { exactNumber, parseExactly } from './exact-json.ts';
import type { ForwardedEvent } from './forwarded-event.ts';

export type RenderedBody = { ok: true; body: string } | { ok: false; problem: string };

/** What rendering may take, in milliseconds and in characters: it must not delay other deliveries. */
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 5_000_000;

interface Engine {
  liquid: Liquid;
  /** A number of the payload: calculates like a number, and is written with the digits of its text. */
  number(source: string): Drop;
  /** The text of an object that is written as it came. */
  texts: WeakMap<object, string>;
}

let made: Engine | undefined;

/**
 * Liquid that writes JSON: what a template puts between quotes is escaped as JSON text, so that no name can end it;
 * `| json` writes a whole value with its quotes, also null.
 */
function engine(): Engine {
  made ??= makeEngine();
  return made;
}

function makeEngine(): Engine {
  const library = liquidLibrary();
  class ExactNumber extends library.Drop {
    readonly source: string;

    constructor(source: string) {
      super();
      this.source = source;
    }

    override valueOf(): number {
      return Number(this.source);
    }

    toJSON(): object {
      return exactNumber(this.source);
    }
  }
  const texts = new WeakMap<object, string>();
  const json = (value: unknown): string => {
    const text = typeof value === 'object' && value !== null ? texts.get(value) : undefined;
    return text ?? JSON.stringify(value ?? null);
  };
  const escaped = (value: unknown): string => {
    if (value instanceof ExactNumber) {
      return value.source;
    }
    return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value ?? '');
  };
  const liquid = new library.Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT,
    outputEscape: escaped,
  });
  liquid.registerFilter('json', { raw: true, handler: json });
  return { liquid, texts, number: (source) => new ExactNumber(source) };
}

/** Renders a body template over one event. Gives complete JSON, or the problem in words. */
export function renderBody(template: string, event: ForwardedEvent, payloadText: string): RenderedBody {
  let body: string;
  try {
    const payload = exactPayload(event.payload, payloadText);
    body = engine().liquid.parseAndRenderSync(template, { ...event, payload });
  } catch (error) {
    return { ok: false, problem: `The body template failed: ${(error as Error).message.split('\n')[0]}.` };
  }
  try {
    JSON.parse(body);
  } catch (error) {
    const problem = `The body template does not give JSON for every event: ${(error as Error).message}. Write text as "{{ name }}", and everything else, including what may be missing, as {{ value | json }}.`;
    return { ok: false, problem };
  }
  return { ok: true, body };
}

/** The payload for a template: written as a whole it is the text as it came, and in parts it keeps each digit. */
function exactPayload(payload: Record<string, unknown>, text: string): object {
  const { number, texts } = engine();
  let exact: object;
  try {
    exact = parseExactly(text, number) as object;
  } catch {
    // It nests too deep to be read digit by digit.
    exact = { ...payload };
  }
  texts.set(exact, text);
  return exact;
}
