/** One thing that is wrong with the settings. */
export interface Fault {
  /** `PORT` for the environment, `receivers.yaml:12 routes[0].to` for the file. */
  where: string;
  /** What it is and what to write instead; never a secret. */
  message: string;
}

/** All faults as text for a terminal, ending without a line feed. `then` tells what follows from them. */
export function describeFaults(faults: readonly Fault[], then = 'nothing was started'): string {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  const lines = faults.map(({ where, message }) => `  ${where}\n    ${message}`);
  return [`The settings have ${count}; ${then}.`, ...lines].join('\n');
}
