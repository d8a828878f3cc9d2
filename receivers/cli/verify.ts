import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { verifyWebhook } from '../../shared/verifier.ts';
import { diagnose } from '../inbound/signature-doctor.ts';
import { givenSecrets } from './given-secrets.ts';

interface VerifyCommandOptions {
  secret?: string[];
  previousSecret: string[];
  signature: string;
  body: string;
  header: string;
}

/** Adds `verify`: says whether a signature fits a body, and if not, what most likely happened; exits 1 where it does not. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('say whether a signature fits a body, and if not, why')
    .option('--secret <secret...>', 'the secret, or several (default: INTELLIGEMS_WEBHOOK_SECRET)')
    .requiredOption('--signature <value>', "the signature header's value, exactly as it came")
    .requiredOption('--body <file>', 'the raw body in a file; - for standard input')
    .option('--previous-secret <secret...>', 'secrets that are no longer accepted, to recognise them', [])
    .option('--header <name>', 'the name of the signature header', 'X-Intelligems-Signature')
    .action((options: VerifyCommandOptions, command: Command) => {
      const body = read(options.body);
      if (typeof body === 'string') {
        command.error(body);
        return;
      }
      const { lines, isRight } = examine(body, givenSecrets(options.secret, command), options);
      process.stdout.write(`${lines.join('\n')}\n`);
      process.exitCode = isRight ? 0 : 1;
    });
}

function examine(
  body: Buffer,
  secrets: readonly string[],
  { signature, header, previousSecret }: VerifyCommandOptions,
): { lines: string[]; isRight: boolean } {
  const verdict = verifyWebhook(body, signature, secrets);
  if (verdict.ok) {
    const which = secrets.length === 1 ? 'the secret' : `secret ${verdict.secret + 1} of ${secrets.length}`;
    return { lines: [`Right: ${which} gives this signature for these ${body.length} bytes.`], isRight: true };
  }
  const diagnosis = diagnose({
    body,
    headers: { [header.toLowerCase()]: signature },
    headerName: header,
    secrets,
    previousSecrets: previousSecret,
  });
  const lines = [`Refused (${verdict.reason}). ${verdict.hint}`];
  if (diagnosis === null) {
    lines.push(
      'None of the known mistakes explains it: compare the secret with the sender, and take the body as bytes.',
    );
  } else {
    lines.push(`What most likely happened: ${diagnosis.finding}`, `What to do: ${diagnosis.fix}`);
  }
  return { lines, isRight: false };
}

function read(file: string): Buffer | string {
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file);
  } catch (error) {
    return `The body cannot be read from ${file} (${(error as Error).message}). Save the raw request body to a file and name it with --body.`;
  }
}
