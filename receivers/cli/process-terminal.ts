import { addEnvFile, type EnvFile, EnvFileFault } from './env-file.ts';
import { EX_CONFIG } from './exit-codes.ts';
import { Terminal } from './terminal.ts';

/** How often to check whether the shell that npm started is still there, milliseconds. */
const SHELL_CHECK_MS = 250;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const words = process.argv.slice(2);
  const isStart = words[0] === undefined || words[0] === 'start' || words[0].startsWith('-');
  process.stdout.on('error', isStart ? ignored : endedByReader);
  process.stderr.on('error', ignored);
  return new Terminal({
    envFile: envFileOfProcess(),
    words,
    environment: process.env,
    folder: process.cwd(),
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    onEnd,
    exit: (code) => process.exit(code),
  });
}

/** Ends the process, with the code for a fault in the settings, if the file cannot be read. */
function envFileOfProcess(): EnvFile | null {
  try {
    return addEnvFile(process.env, process.cwd());
  } catch (error) {
    if (!(error instanceof EnvFileFault)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}

/** A receiver goes on if its log cannot be written: whoever reads it may be gone, or the disk may be full. */
function ignored(): void {}

/** A reader such as `head` may have enough. That is not a failure. */
function endedByReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(0);
}

function onEnd(ended: (signal: string) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => ended(signal));
  }
  onEndOfShell(() => ended('the end of npm start'));
}

/**
 * Calls back when the shell through which `npm start` ran this has ended. npm passes signals on to that shell, and
 * the shell does not pass them on.
 */
function onEndOfShell(ended: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') {
    return;
  }
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== shell) {
      clearInterval(timer);
      ended();
    }
  }, SHELL_CHECK_MS).unref();
}
