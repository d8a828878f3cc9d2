/** One problem in the settings. */
export interface Fault {
  /** `PORT` for the environment, `receivers.yaml:12 routes[0].to` for the file. */
  where: string;
  /** What it is, and what to write instead. Never contains a secret. */
  message: string;
}

/** All problems as text for a terminal, without a line feed at the end. `then` says what they prevented. */
export function describeFaults(faults: readonly Fault[], then = 'nothing was started'): string {
  const count = faults.length === 1 ? '1 problem' : `${faults.length} problems`;
  const lines = faults.map(({ where, message }) => `  ${where}\n    ${message}`);
  return [`The settings have ${count}; ${then}.`, ...lines].join('\n');
}
