import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens with the shortest queue, and then blocks, so that nothing is accepted. */
const STANDING_STILL = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

/**
 * A port at which connections neither come about nor fail, as behind a firewall that drops packets: its queue is
 * full, and Linux then drops new connections.
 */
export async function openSilentPort(): Promise<SilentPort> {
  const worker = new Worker(STANDING_STILL, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: Socket[] = [];
  for (let count = 0; count < 2; count += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(socket);
    await once(socket, 'connect');
  }
  return {
    port,
    close: async () => {
      for (const socket of fillers) {
        socket.destroy();
      }
      await worker.terminate();
    },
  };
}
