import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a program that only has the one command, as `npm run` would; `add` and `from` name its function and file. */
export function startCommand(
  add: string,
  from: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
) {
  const file = new URL(`../../../receivers/cli/${from}`, import.meta.url).href;
  const source = `import { Command } from 'commander';
    import { ${add} } from ${JSON.stringify(file)};
    const program = new Command('program');
    ${add}(program);
    await program.parseAsync();`;
  const { INTELLIGEMS_WEBHOOK_SECRET: _secret, ...ownEnvironment } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', ...args], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    env: { ...ownEnvironment, ...env },
  });
  const output = { text: '' };
  const changed = () => once(child.stdout, 'data');
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  return {
    stdin: child.stdin,
    kill: () => child.kill(),
    /** The exit code and all that was printed. */
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, output: output.text })),
    /** Waits until what was printed fits the pattern, and gives the match. */
    async printed(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output.text);
        if (match !== null) {
          return match;
        }
        await changed();
      }
    },
  };
}
