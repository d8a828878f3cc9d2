import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { BodyReader } from '../inbound/read-body.ts';
import { diagnose } from '../inbound/signature-doctor.ts';
import { findSignature, type SignatureMatch } from '../inbound/signature-search.ts';
import { asSent } from './captured-request.ts';
import { givenSecrets } from './given-secrets.ts';

interface FindHeaderOptions {
  secret?: string[];
  host: string;
  port: number;
  request?: string;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
const DEFAULT_HEADER = 'x-intelligems-signature';

/**
 * Adds `find-header`: listens for a real webhook, or reads a captured one, and names the header that carries an HMAC of
 * its body. Exits 0 once one is found, 1 where a captured request has none.
 */
export function addFindHeaderCommand(program: Command): void {
  program
    .command('find-header')
    .description('find out which header of a real webhook carries the signature, and how it is written')
    .option(
      '--secret <secret...>',
      'the secret that the sender signs with (default: INTELLIGEMS_WEBHOOK_SECRET)',
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <number>', 'the port to listen on; 0 takes a free one', portNumber, 8788)
    .option(
      '--request <file>',
      'read a captured request (head, empty line, body, as it came) in place of listening',
    )
    .action(async (options: FindHeaderOptions, command: Command) => {
      const secrets = givenSecrets(options.secret, command);
      const problem = await (options.request === undefined
        ? listen(secrets, options)
        : readCaptured(secrets, options.request));
      if (problem !== undefined) {
        command.error(problem);
      }
    });
}

/** Listens until a request with a signature came; gives what went wrong, in words. */
async function listen(
  secrets: readonly string[],
  { host, port }: FindHeaderOptions,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createFinder(secrets, (isFound) => isFound && resolve(undefined));
  server.on('error', (error) =>
    resolve(
      `It is not possible to listen on ${host}:${port} (${error.message}). Choose another with --port.`,
    ),
  );
  server.listen(port, host, () => {
    const { port } = server.address() as AddressInfo;
    print(
      `Listening on http://${host}:${port}. Let Intelligems (through a tunnel or proxy) send a webhook here.`,
      'Every request is answered 503 and kept nowhere, so that the sender tries again later. Ctrl+C ends this.',
    );
  });
  const problem = await promise;
  server.close();
  server.closeIdleConnections();
  return problem;
}

/** Plays a captured request into the same server, so that Node itself reads its head, chunks and lengths. */
async function readCaptured(secrets: readonly string[], file: string): Promise<string | undefined> {
  let captured: Buffer;
  try {
    captured = readFileSync(file);
  } catch (error) {
    return `The captured request cannot be read (${(error as Error).message}).`;
  }
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createFinder(secrets, (isFound) => resolve(isFound ? undefined : 'Nothing found.'));
  const unreadable =
    'The file holds no whole HTTP request: a request line, headers, an empty line, and the body as it came, with as many bytes as its Content-Length says.';
  server.on('clientError', (_error, socket) => {
    socket.destroy();
    resolve(unreadable);
  });
  server.listen(0, '127.0.0.1', () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      socket.end(asSent(captured)),
    );
    socket.on('error', () => resolve(unreadable));
    socket.on('close', () => resolve(unreadable));
    socket.resume();
  });
  const problem = await promise;
  server.close();
  server.closeAllConnections();
  return problem;
}

function createFinder(secrets: readonly string[], onLooked: (isFound: boolean) => void): Server {
  const bodies = new BodyReader(BODY_LIMIT_BYTES);
  return createServer({ requireHostHeader: false }, async (request, response) => {
    const read = await bodies.read(request);
    if (!read.ok) {
      print(`A request could not be read whole: ${read.problem}.`);
      response.destroy();
      return;
    }
    const { body } = read;
    const match = findSignature({ body, headers: request.headers, secrets });
    print(...(match === undefined ? notFound(request, body) : found(match, request, body, secrets)));
    response.writeHead(503, { 'content-type': 'text/plain', connection: 'close' });
    response.end(
      'The header finder looked at this request and kept nothing of it. Send it again later.\n',
      () => onLooked(match !== undefined),
    );
  });
}

function found(
  match: SignatureMatch,
  { headers, rawHeaders }: IncomingMessage,
  body: Buffer,
  secrets: readonly string[],
): string[] {
  const name = rawHeaders.find((each) => each.toLowerCase() === match.header) ?? match.header;
  const prefix = match.prefix === '' ? '' : `, after the prefix ${JSON.stringify(match.prefix)}`;
  const lines = [
    `Found: the header ${name} carries the HMAC-SHA256 of the body, in ${match.encoding}${prefix}.`,
  ];
  if (match.header !== DEFAULT_HEADER) {
    lines.push(`Set INTELLIGEMS_SIGNATURE_HEADER=${name}.`);
  }
  const diagnosis = diagnose({ body, headers, headerName: match.header, secrets });
  if (diagnosis !== null) {
    lines.push(`The receiver would refuse it: ${diagnosis.finding}`, `What to do: ${diagnosis.fix}`);
  }
  return lines;
}

function notFound({ method, url, headers }: IncomingMessage, body: Buffer): string[] {
  return [
    `${method} ${JSON.stringify(url)}, ${body.length} bytes: no header carries an HMAC-SHA256 of the body with this secret.`,
    `Its headers: ${Object.keys(headers).join(', ')}.`,
    'Compare the secret with the sender, and see that nothing in between changes the body.',
  ];
}

function portNumber(written: string): number {
  const port = Number(written);
  if (!/^\d+$/.test(written) || port > 65_535) {
    throw new InvalidArgumentError('Write a number from 0 to 65535.');
  }
  return port;
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
