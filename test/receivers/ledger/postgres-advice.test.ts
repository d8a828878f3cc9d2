import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { databaseChecks } from '../../../receivers/ledger/postgres/database-checks.ts';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { OWN_AUTHORITY } from '../../fakes/own-authority.ts';
import { type PostgresServer, startPostgres } from '../../fixtures/postgres.ts';
import { run } from '../../fixtures/postgres-process.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

let server: PostgresServer;
let database: string;
let front: Server;
let tls: URL;
let authority: string;
const home = temporaryFolder();
const sockets = new Set<TLSSocket>();

/** A database, and the same one behind TLS with a certificate of its own authority. */
beforeAll(async () => {
  server = await startPostgres({ durable: false });
  database = await server.createDatabase();
  authority = join(home.folder, 'ca.pem');
  writeFileSync(authority, OWN_AUTHORITY.authority);
  tls = new URL(database);
  const { port, hostname } = tls;
  front = createServer({ ...OWN_AUTHORITY, ALPNProtocols: ['postgresql'] }, (near) => {
    const far = connect(Number(port), hostname);
    sockets.add(near);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  tls.port = String((front.address() as AddressInfo).port);
  tls.search = 'sslnegotiation=direct';
});

afterAll(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  await new Promise((resolve) => front.close(resolve));
  await server.stop();
  home.remove();
});

/** What the check of a database that cannot be used says. */
async function advice(url: string): Promise<string> {
  const [check] = await databaseChecks({ url, connectTimeoutMs: 3_000 });
  expect(check?.state).toBe('fault');
  return `${check?.finding} ${check?.fix}`;
}

function changed(change: (url: URL) => void): string {
  const url = new URL(database);
  change(url);
  return url.href;
}

test.each(['#', '/', '?', '%'])('a %s in the password is named, with how to write it', async (character) => {
  for (const password of [`hu${character}sh`, `12${character}sh`, `${character}sh`]) {
    const url = `postgres://receiver:${password}@127.0.0.1:1/ledger?application_name=a@b`;
    const said = await advice(url);
    expect(said).toContain(`contains ${character}`);
    expect(said).toContain(`write ${encodeURIComponent(character)} instead of ${character}`);
    expect(said).not.toContain('sh@');
    await expect(PostgresLedger.open({ url })).rejects.toThrow(/Percent-encode it/);
  }
});

test.each([
  'postgres://receiver@127.0.0.1:1/ledger?application_name=a@b',
  'postgres://127.0.0.1:1/ledger?user=receiver@shop&password=hush',
  'postgres:///ledger?host=127.0.0.1&port=1&user=receiver@shop',
])('an @ that belongs to a parameter is not taken for a password in %s', async (url) => {
  expect(await advice(url)).toMatch(/ECONNREFUSED/);
});

test('the errors for a wrong password, user, and database differ', async () => {
  expect(await advice(changed((url) => (url.password = 'wrong')))).toMatch(
    /password authentication failed.+Correct the user and password/,
  );
  expect(await advice(changed((url) => (url.username = 'nobody')))).toMatch(/Correct the user and password/);
  expect(await advice(changed((url) => (url.pathname = '/nowhere')))).toMatch(
    /"nowhere" does not exist.+correct its name at the end of DATABASE_URL/,
  );
});

test.each([
  ['postgres://receiver:hush@[::1]:1/ledger', /host and port in DATABASE_URL/],
  ['postgres://receiver:hush@::1:5432/ledger', /IPv6 address into brackets/],
  ['postgres://receiver:hush@/ledger?host=/nowhere', /No database listens on that socket/],
  ['postgres://receiver:hush@%2Fnowhere/ledger', /No database listens on that socket/],
  [
    'postgres://receiver:hush@127.0.0.1:1/ledger?sslmode=verify-full&sslrootcert=/no.pem',
    /paths in DATABASE_URL/,
  ],
])('the address %s gets advice that fits', async (url, expected) => {
  expect(await advice(url)).toMatch(expected);
  await expect(PostgresLedger.open({ url })).rejects.toThrow(expected);
});

test('the error for a user without free connections says which settings to lower', async () => {
  await run(database, "CREATE ROLE crowded LOGIN PASSWORD 'hush' CONNECTION LIMIT 0");
  const url = changed((each) => {
    each.username = 'crowded';
    each.password = 'hush';
  });
  expect(await advice(url)).toMatch(/too many connections.+DATABASE_READ_CONNECTIONS/);
  await run(database, 'DROP ROLE crowded');
});

test('the advice for a database with its own authority works as it is written', async () => {
  const plain = new URL(tls);
  plain.searchParams.set('sslmode', 'require');
  const said = await advice(plain.href);
  const [, parameters] = /add \?(\S+) to DATABASE_URL/.exec(said) as RegExpExecArray;
  const followed = new URL(tls);
  followed.search += `&${parameters?.replace('/path/ca.pem', authority)}`;
  expect((await databaseChecks({ url: followed.href }))[0]).toMatchObject({ state: 'ok' });
});
