import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { UNTRUSTED_CERTIFICATE } from '../../fakes/certificate.ts';
import { type PostgresServer, startPostgres } from '../../fixtures/postgres.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

let server: PostgresServer;
let front: Server;
let url: URL;
let authority: string;
const folder = temporaryFolder();
const sockets = new Set<TLSSocket>();

/** A database behind a server that speaks TLS only, with a certificate for another name. */
beforeAll(async () => {
  server = await startPostgres({ durable: false });
  url = new URL(await server.createDatabase());
  authority = join(folder.folder, 'authority.pem');
  writeFileSync(authority, UNTRUSTED_CERTIFICATE.cert);
  const { port, hostname } = url;
  front = createServer({ ...UNTRUSTED_CERTIFICATE, ALPNProtocols: ['postgresql'] }, (near) => {
    const far = connect(Number(port), hostname);
    sockets.add(near);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  url.port = String((front.address() as AddressInfo).port);
});

afterAll(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  await new Promise((resolve) => front.close(resolve));
  await server.stop();
  folder.remove();
});

function opened(parameters: Record<string, string>): Promise<PostgresLedger> {
  const address = new URL(url);
  address.search = String(new URLSearchParams({ sslnegotiation: 'direct', ...parameters }));
  return PostgresLedger.open({ url: address.href });
}

test('a certificate of the authority that the URL names is accepted', async () => {
  const ledger = await opened({ uselibpqcompat: 'true', sslmode: 'verify-ca', sslrootcert: authority });
  await ledger.probe();
  await ledger.close();
});

test('a self-signed certificate, and one for another host name, are refused', async () => {
  await expect(opened({ sslmode: 'verify-full' })).rejects.toThrow(/self-signed certificate/);
  await expect(opened({ sslmode: 'verify-full', sslrootcert: authority })).rejects.toThrow(
    /does not match certificate/,
  );
});
