import pino, { type Logger } from 'pino';

/** More than this, in bytes, is not kept for a reader that does not read: further lines are dropped. */
const MOST_UNREAD_BYTES = 16 * 1_048_576;

/** Lines gather up to this many bytes, or this many milliseconds, before they are written. */
const GATHERED_BYTES = 16_000;
const GATHERED_MS = 50;

/**
 * The receiver's log: one JSON object a line, or for people on a terminal.
 *
 * @param level pino's levels: trace, debug, info, warn, error, fatal, silent
 */
export async function createLog(level: string, readable: boolean): Promise<Logger> {
  const options = { level, base: null, serializers: { err: describeError } };
  if (readable) {
    const { default: pretty } = await import('pino-pretty');
    return pino(options, pretty({ singleLine: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }));
  }
  const output = pino.destination({
    dest: 1,
    minLength: GATHERED_BYTES,
    maxLength: MOST_UNREAD_BYTES,
    sync: false,
  });
  // A log that cannot be written, as on a full disk, is no reason to end what it speaks of. Nor to go on for
  // ever: the library's own flush at the exit tries until it succeeds.
  const { flushSync } = output;
  output.on('error', () => {
    output.flushSync = () => {};
  });
  output.on('write', () => {
    output.flushSync = flushSync;
  });
  setInterval(() => output.flush(), GATHERED_MS).unref();
  process.on('exit', () => output.flushSync());
  return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, output);
}

/** What is logged of an error: not its other fields, where clients of other services keep tokens. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { message: String(error) };
  }
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
