import pino, { type Logger } from 'pino';
import { LogOutput } from './log-output.ts';

const STANDARD_OUTPUT = 1;

/**
 * The receiver's log: one JSON object a line, or for people on a terminal.
 *
 * @param level pino's levels: trace, debug, info, warn, error, fatal, silent
 */
export async function createLog(level: string, readable: boolean): Promise<Logger> {
  const options = { level, base: null, serializers: { err: describeError } };
  if (readable) {
    const { prettyFactory } = await import('pino-pretty');
    const pretty = prettyFactory({
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname',
    });
    // At once, in one order with the previews that are printed beside it.
    return pino(options, { write: (line) => process.stdout.write(pretty(line)) });
  }
  return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, new LogOutput(STANDARD_OUTPUT));
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
