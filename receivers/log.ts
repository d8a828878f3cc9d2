import pino, { type Logger } from 'pino';

/** Where a value may hold a secret although nobody meant to log it. */
const REDACTED = [
  '*.authorization',
  '*.token',
  '*.secret',
  '*.password',
  '*.cookie',
  'err.config',
  'err.request',
];

/**
 * The receiver's log: one JSON object a line, or for people on a terminal.
 *
 * @param level pino's levels: trace, debug, info, warn, error, fatal, silent
 */
export async function createLog(level: string, readable: boolean): Promise<Logger> {
  const options = { level, base: null, redact: { paths: REDACTED, censor: '[not shown]' } };
  if (!readable) {
    return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime });
  }
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({ colorize: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }),
  );
}
