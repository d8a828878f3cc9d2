import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from '../fixtures/listening.ts';

export interface FakeProxy {
  port: number;
  /** `CONNECT api.example.com:443`, or `GET http://…`, each with the credentials that came with it. */
  asked: { what: string; authorization: string | undefined }[];
  close(): Promise<void>;
}

export interface FakeProxyOptions {
  /** Refuses everything with this status. */
  refuse?: number;
  /** Names that exist only here: `api.example.com:443` leads to a port of this machine. */
  hosts?: Record<string, number>;
}

/** A forward proxy: tunnels by CONNECT, and passes on requests for a whole URL (RFC 9112, section 3.2.2). */
export async function startFakeProxy({ refuse, hosts = {} }: FakeProxyOptions = {}): Promise<FakeProxy> {
  const asked: FakeProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push({ what: `${method} ${url}`, authorization: headers['proxy-authorization'] });
  };
  const server = createServer((request, response) => {
    note(request);
    if (refuse !== undefined) {
      response.writeHead(refuse, { 'proxy-authenticate': 'Basic realm="proxy"' }).end('refused');
      return;
    }
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const { host, hostname, port, pathname, search } = new URL(request.url ?? '');
    const mapped = hosts[host];
    const onward = httpRequest(
      {
        host: mapped === undefined ? hostname : '127.0.0.1',
        port: mapped ?? port,
        path: `${pathname}${search}`,
        method: request.method,
        headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request);
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 7\r\n\r\nrefused`);
      return;
    }
    const target = request.url ?? '';
    const split = target.lastIndexOf(':');
    const host = hosts[target] === undefined ? target.slice(0, split).replace(/^\[|\]$/g, '') : '127.0.0.1';
    const onward = connect(hosts[target] ?? Number(target.slice(split + 1)), host);
    sockets.add(onward);
    onward.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  return {
    port: await listening(server),
    asked,
    close: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}
