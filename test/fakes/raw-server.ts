import { createServer, type Socket } from 'node:net';
import { listening } from '../fixtures/listening.ts';

export interface RawServer {
  /** `http://127.0.0.1:port`. */
  url: string;
  port: number;
  /** What came over each connection, in the order in which they were made. */
  received: string[];
  close(): Promise<void>;
}

/**
 * A server that answers with bytes of the test's choice, for what no HTTP server library would send: damaged,
 * endless, or half an answer.
 *
 * @param react called once for each connection when its first bytes have come
 */
export async function startRawServer(react: (socket: Socket) => void): Promise<RawServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const index = received.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => react(socket));
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1');
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    close: async () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}
