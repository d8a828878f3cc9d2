/** A command of a README, and whether it stays running. */
export interface Step {
  command: string;
  staysRunning: boolean;
}

/** The commands in the `sh` blocks under a heading, without comments. */
export function stepsOf(readme: string, heading: string): Step[] {
  const section = readme.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) {
    throw new Error(`There is no heading “${heading}”.`);
  }
  return [...section.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block]) => (block as string).split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((command) => command !== '')
    .map((command) => ({ command, staysRunning: /(npm|receivers) start$/.test(command) }));
}
