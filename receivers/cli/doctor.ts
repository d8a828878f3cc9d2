import type { Fault } from '../config/load.ts';
import type { Check } from '../contract/destination.ts';
import { completed, loadBeforeLedger } from '../operations/console-settings.ts';
import { callFailure, connectTo, localUrl, type ReceiverPlace } from '../operations/find-receiver.ts';
import { nodeCheck } from '../operations/machine-checks.ts';
import { count } from '../operations/words.ts';
import type { AccessOptions } from './access-options.ts';
import { oneLine } from './lines.ts';
import { findReceiver } from './receiver-access.ts';
import { maskSecrets } from './settings.ts';
import type { Terminal } from './terminal.ts';

const MARKS: Readonly<Record<Check['state'], string>> = { ok: '✓', warning: '!', fault: '✕' };

export interface DoctorOptions extends AccessOptions {
  json?: boolean;
  offline?: boolean;
}

/** Prints each finding. The exit code is 1 if there is a problem. */
export async function examine(terminal: Terminal, options: DoctorOptions): Promise<void> {
  let problems = 0;
  for await (const check of everyCheck(terminal, options)) {
    problems += check.state === 'fault' ? 1 : 0;
    if (options.json) {
      terminal.printJson(check);
    } else {
      terminal.print(checkText(check));
    }
  }
  if (!options.json) {
    terminal.printLine(problems === 0 ? 'No problems found.' : `${count(problems, 'problem')} to fix.`);
  }
  terminal.exitCode = problems === 0 ? 0 : 1;
}

function checkText({ what, state, finding, fix }: Check): string {
  const first = `${MARKS[state]} ${oneLine(what)}: ${oneLine(finding)}`;
  return fix === null ? `${first}\n` : `${first}\n    → ${oneLine(fix)}\n`;
}

async function* everyCheck(
  terminal: Terminal,
  options: DoctorOptions,
): AsyncGenerator<Check, void, undefined> {
  yield nodeCheck();
  const place = options.offline ? null : await findReceiver(terminal, options);
  const running = place === null ? null : await askRunning(place);
  if (running?.checks) {
    yield* running.checks;
    return;
  }
  if (running) {
    yield running.refused;
  }
  yield* checksHere(terminal, options);
}

type Answer = { checks: Check[] } | { checks: null; refused: Check };

/** What the running receiver finds about itself, or why it does not say. */
async function askRunning(place: ReceiverPlace): Promise<Answer> {
  try {
    const { readyCheck } = await import('../operations/network-checks.ts');
    const ready = await readyCheck(place.url);
    return { checks: [ready, ...(await connectTo(place).examine(true))] };
  } catch (error) {
    return {
      checks: null,
      refused: {
        what: 'Receiver',
        state: 'warning',
        finding: `it runs on ${place.url}, but could not be asked for its checks: ${callFailure(error as Error)}`,
        fix: 'Give the console’s token with --token or CONSOLE_TOKEN. The checks below use the settings of this terminal.',
      },
    };
  }
}

/** The checks with the settings of this terminal. */
async function* checksHere(
  terminal: Terminal,
  { offline }: DoctorOptions,
): AsyncGenerator<Check, void, undefined> {
  const loaded = loadBeforeLedger({ environment: terminal.environment, cwd: terminal.folder });
  if (!loaded.ok) {
    yield* loaded.faults.map(faultCheck);
    return;
  }
  let { configuration } = loaded;
  try {
    const isRemote = configuration.storage.databaseUrl !== null;
    configuration = offline === true && isRemote ? configuration : await completed(configuration);
  } catch (error) {
    yield consoleFault(error as Error);
  }
  maskSecrets(terminal, configuration);
  if (!offline) {
    const { readyCheck } = await import('../operations/network-checks.ts');
    yield await readyCheck(localUrl(configuration.server));
  }
  const { examine } = await import('../operations/examine.ts');
  yield* examine(configuration, offline !== true, null);
}

function consoleFault({ message }: Error): Check {
  return {
    what: 'Settings of the console',
    state: 'fault',
    finding: message,
    fix: 'The checks below are without what was connected in the console.',
  };
}

function faultCheck({ where, message }: Fault): Check {
  return {
    what: 'Settings',
    state: 'fault',
    finding: `${where}: ${message}`,
    fix: 'Correct it and run this again.',
  };
}
