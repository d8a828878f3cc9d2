import type { Command } from 'commander';
import { checkSignature, type SignatureCheck } from '../operations/signature-check.ts';
import { readInput } from './files.ts';
import { type TriedSecrets, triedSecrets } from './secrets.ts';
import type { Terminal } from './terminal.ts';

export interface VerifyOptions {
  secret?: string[];
  previousSecret: string[];
  signature: string;
  body: string;
  header: string;
}

/** Prints whether the signature matches. The exit code is 1 if it does not. */
export async function verify(terminal: Terminal, command: Command, options: VerifyOptions): Promise<void> {
  const { signature, header, previousSecret } = options;
  const tried = await triedSecrets(terminal, command, options.secret);
  terminal.mask.add(previousSecret);
  const previousSecrets = [...tried.previousSecrets, ...previousSecret];
  let body: Buffer;
  try {
    body = await readInput(terminal, options.body);
  } catch (error) {
    terminal.fail(
      `The body cannot be read from ${options.body} (${(error as Error).message}). Save the raw request body to a file, and give that file with --body.`,
    );
    return;
  }
  const check = checkSignature({ body, header, signature, secrets: tried.secrets, previousSecrets });
  terminal.printLine(checkText(check, body.length, tried));
  terminal.exitCode = check.ok ? 0 : 1;
}

function checkText(check: SignatureCheck, bytes: number, { secrets }: TriedSecrets): string {
  if (check.ok) {
    const which = secrets.length === 1 ? 'the secret' : `secret ${check.secret + 1} of ${secrets.length}`;
    return `The signature is right: ${which} gives it for these ${bytes} bytes.`;
  }
  const { verdict, diagnosis } = check;
  return [
    `Refused (${verdict.reason}). ${verdict.hint}`,
    ...(diagnosis === null
      ? [
          'No known mistake explains it. Compare the secret with the sender, and check that the body is the raw bytes.',
        ]
      : [`Most likely cause: ${diagnosis.finding}`, `What to do: ${diagnosis.fix}`]),
  ].join('\n');
}
