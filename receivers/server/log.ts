import pino, { type Logger, type LoggerOptions } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import { escapeSteering } from '../base/visible-text.ts';
import { LogOutput } from './log-output.ts';

const STANDARD_OUTPUT = 1;

/**
 * The receiver's log: one JSON object per line, or readable text for a terminal.
 *
 * @param mask hides secrets in every line, also those that it learns later
 * @param level pino's levels: trace, debug, info, warn, error, fatal, silent
 */
export async function createLog(
  level: string,
  readable: boolean,
  mask: SecretMask = new SecretMask(),
): Promise<Logger> {
  const options = logOptions(level, mask);
  if (readable) {
    const { prettyFactory } = await import('pino-pretty');
    const pretty = prettyFactory({
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname',
    });
    // Written at once, so that lines and printed previews keep their order.
    return pino(options, { write: (line) => process.stdout.write(pretty(line)) });
  }
  return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, new LogOutput(STANDARD_OUTPUT));
}

/** pino's options for a log that shows no secrets and no control characters. */
export function logOptions(level: string, mask: SecretMask): LoggerOptions {
  return {
    level,
    base: null,
    serializers: { err: describeError },
    hooks: { streamWrite: (line) => escapeSteering(mask.hide(line)) },
  };
}

/** Logs no other fields of an error: clients of other services keep tokens there. */
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
