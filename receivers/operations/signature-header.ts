import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { BodyReader } from '../inbound/read-body.ts';
import { type Diagnosis, diagnose } from '../inbound/signature-doctor.ts';
import { findSignature, type SignatureMatch } from '../inbound/signature-search.ts';
import { asSent } from './captured-request.ts';

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** What was found in one request. */
export type HeaderFinding =
  | {
      found: true;
      /** The header's name as it was sent. */
      name: string;
      match: SignatureMatch;
      /** Why the receiver would refuse the request; null if it would not. */
      diagnosis: Diagnosis | null;
    }
  | { found: false; method: string; path: string; bodyBytes: number; headers: string[] }
  | { found: false; unreadable: string };

/** Called with each request that was looked at. */
type OnFinding = (finding: HeaderFinding) => void;

/** A search that listens for requests. */
export interface HeaderSearch {
  /** Where it listens. */
  url: string;
  /** Resolves when a signature was found and the sender has its answer. */
  found: Promise<void>;
  close(): void;
}

/**
 * Listens for webhooks and looks for the header that has an HMAC of the body. Every request is answered 503 and kept
 * nowhere, so that the sender tries again later. Rejects if it cannot listen.
 */
export async function listenForSignature(
  secrets: readonly string[],
  { host, port }: { host: string; port: number },
  onFinding: OnFinding,
): Promise<HeaderSearch> {
  const { promise: found, resolve } = Promise.withResolvers<void>();
  const server = createFinder(secrets, (finding) => finding.found && resolve(), onFinding);
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  const close = () => {
    server.close();
    server.closeIdleConnections();
  };
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, found, close };
}

/**
 * Looks for the signature in a captured request. Sends it to the same server, so that Node itself reads its head,
 * chunks and lengths. Gives null if it is not a whole HTTP request.
 */
export async function searchCapturedRequest(
  secrets: readonly string[],
  captured: Buffer,
): Promise<HeaderFinding | null> {
  const { promise, resolve } = Promise.withResolvers<HeaderFinding | null>();
  const server = createFinder(secrets, resolve, () => {});
  server.on('clientError', (_error, socket) => {
    socket.destroy();
    resolve(null);
  });
  server.listen(0, '127.0.0.1', () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      socket.end(asSent(captured)),
    );
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(null));
    socket.resume();
  });
  const finding = await promise;
  server.close();
  server.closeAllConnections();
  return finding;
}

function createFinder(secrets: readonly string[], onAnswered: OnFinding, onFinding: OnFinding): Server {
  const bodies = new BodyReader(BODY_LIMIT_BYTES);
  return createServer({ requireHostHeader: false }, async (request, response) => {
    const read = await bodies.read(request);
    if (!read.ok) {
      onFinding({ found: false, unreadable: read.problem });
      response.destroy();
      return;
    }
    const finding = findingOf(request, read.body, secrets);
    onFinding(finding);
    response.writeHead(503, { 'content-type': 'text/plain', connection: 'close' });
    response.end(
      'The header finder checked this request and kept nothing of it. Send it again later.\n',
      () => onAnswered(finding),
    );
  });
}

function findingOf(request: IncomingMessage, body: Buffer, secrets: readonly string[]): HeaderFinding {
  const { method = '', url = '', headers, rawHeaders } = request;
  const match = findSignature({ body, headers, secrets });
  if (match === undefined) {
    return { found: false, method, path: url, bodyBytes: body.length, headers: Object.keys(headers) };
  }
  return {
    found: true,
    name: rawHeaders.find((each) => each.toLowerCase() === match.header) ?? match.header,
    match,
    diagnosis: diagnose({ body, headers, headerName: match.header, secrets }),
  };
}
