import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type HeaderFinding,
  type HeaderSearch,
  listenForSignature,
  searchCapturedRequest,
} from '../operations/signature-header.ts';
import { triedSecrets } from './secrets.ts';
import type { Terminal } from './terminal.ts';

export interface FindHeaderOptions {
  secret?: string[];
  host: string;
  port: number;
  request?: string;
}

const DEFAULT_HEADER = 'x-intelligems-signature';

/** Listens for a webhook, or reads a captured one, and prints which header has its signature. */
export async function findHeader(
  terminal: Terminal,
  command: Command,
  options: FindHeaderOptions,
): Promise<void> {
  const { secrets } = await triedSecrets(terminal, command, options.secret);
  await (options.request === undefined
    ? listen(terminal, secrets, options)
    : readCaptured(terminal, secrets, options.request));
}

async function listen(
  terminal: Terminal,
  secrets: readonly string[],
  { host, port }: FindHeaderOptions,
): Promise<void> {
  let search: HeaderSearch;
  try {
    search = await listenForSignature(secrets, { host, port }, (finding) =>
      terminal.printLine(findingText(finding)),
    );
  } catch (error) {
    terminal.fail(
      `${host}:${port} cannot be listened on (${(error as Error).message}). Choose another --port.`,
    );
    return;
  }
  terminal.printLine(
    `Listening on ${search.url}. Let Intelligems send a webhook here, through a tunnel or a proxy.\n` +
      'Every request is answered 503 and not kept, so that the sender tries again later. End with Ctrl+C.',
  );
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  terminal.onEnd(() => end());
  await Promise.race([search.found, ended]);
  search.close();
}

async function readCaptured(terminal: Terminal, secrets: readonly string[], file: string): Promise<void> {
  let captured: Buffer;
  try {
    captured = readFileSync(terminal.path(file));
  } catch (error) {
    terminal.fail(`The captured request cannot be read (${(error as Error).message}).`);
    return;
  }
  const finding = await searchCapturedRequest(secrets, captured);
  if (finding === null) {
    terminal.fail(
      'The file is not a whole HTTP request: a request line, headers, an empty line, and the body as it came, with as many bytes as its Content-Length says.',
    );
    return;
  }
  terminal.printLine(findingText(finding));
  terminal.exitCode = finding.found ? 0 : 1;
}

function findingText(finding: HeaderFinding): string {
  if (finding.found) {
    return foundText(finding);
  }
  if ('unreadable' in finding) {
    return `A request could not be read completely: ${finding.unreadable}.`;
  }
  const { method, path, bodyBytes, headers } = finding;
  return [
    `${method} ${JSON.stringify(path)}, ${bodyBytes} bytes: no header has an HMAC-SHA256 of the body with this secret.`,
    `Its headers: ${headers.join(', ')}.`,
    'Compare the secret with the sender, and check that nothing in between changes the body.',
  ].join('\n');
}

function foundText({ name, match, diagnosis }: HeaderFinding & { found: true }): string {
  const prefix = match.prefix === '' ? '' : `, after the prefix ${JSON.stringify(match.prefix)}`;
  return [
    `Found: the header ${name} has the HMAC-SHA256 of the body, in ${match.encoding}${prefix}.`,
    ...(match.header === DEFAULT_HEADER ? [] : [`Set INTELLIGEMS_SIGNATURE_HEADER=${name}.`]),
    ...(diagnosis === null
      ? []
      : [`The receiver would refuse it: ${diagnosis.finding}`, `What to do: ${diagnosis.fix}`]),
  ].join('\n');
}
