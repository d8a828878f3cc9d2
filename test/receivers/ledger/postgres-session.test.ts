import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { closeAll, DONE, event, Process, run } from '../../fixtures/postgres-process.ts';

/** What a host, a database or a role may set, each of them other than the receiver's code assumes. */
const HOSTILE: Readonly<Record<string, string>> = {
  bytea_output: 'escape',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'iso_8601',
  TimeZone: 'Asia/Kathmandu',
  client_encoding: 'LATIN1',
  search_path: 'nowhere, shadow, pg_catalog',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  statement_timeout: '200ms',
  lock_timeout: '200ms',
  idle_in_transaction_session_timeout: '200ms',
  idle_session_timeout: '200ms',
  transaction_timeout: '200ms',
  synchronous_commit: 'off',
  extra_float_digits: '-15',
  row_security: 'off',
  exit_on_error: 'on',
  jit_above_cost: '0',
  'plpgsql.extra_errors': 'all',
};

let databases: LedgerDatabases;
let roles = 0;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

/** A database with hostile defaults, and a role that has no right but to make schemas there. */
async function hostile(url: string, by: 'DATABASE' | 'ROLE'): Promise<string> {
  roles += 1;
  const role = `hostile_${new URL(url).pathname.slice(-12)}_${roles}`;
  const database = new URL(url).pathname.slice(1);
  const target = by === 'DATABASE' ? `DATABASE ${database}` : `ROLE ${role}`;
  const list = (value: string) => value.split(', ').map((each) => `'${each}'`);
  await run(
    url,
    [
      `CREATE ROLE ${role} LOGIN PASSWORD 'hush'`,
      'CREATE SCHEMA shadow',
      // Shadows PostgreSQL's own function if the search path allows it.
      "CREATE FUNCTION shadow.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2001-01-01' $$",
      "CREATE FUNCTION shadow.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '2001-01-01' $$",
      `GRANT USAGE ON SCHEMA shadow TO ${role}`,
      `ALTER DATABASE ${database} OWNER TO ${role}`,
      ...Object.entries(HOSTILE).map(
        ([name, value]) => `ALTER ${target} SET ${name} = ${list(value).join(', ')}`,
      ),
    ].join('; '),
  );
  const address = new URL(url);
  address.username = role;
  address.password = 'hush';
  return address.href;
}

test.each(['DATABASE', 'ROLE'] as const)(
  'events are delivered unchanged if every default of the %s differs',
  async (by) => {
    const process = await Process.open(await hostile(await databases.createBare(), by));
    await process.deliver();
    const body = Buffer.from(String.raw`{"name":"\\x5c \u00e9 é ' \" \0"}`);
    const given = event({
      body,
      experienceName: String.raw`C:\new 'é' "NULL"`,
      headers: { 'x-odd': String.raw`\'` },
    });
    const nameless = event({ experienceName: null, experienceId: null, action: null, occurredAt: null });
    await process.ledger.accept(given);
    await process.ledger.accept(nameless);
    const handed = [await process.next(), await process.next()].sort((one, other) =>
      one.delivery.id < other.delivery.id ? -1 : 1,
    );
    expect(Buffer.from(handed[0]?.delivery.event.body as Uint8Array)).toEqual(body);
    expect(handed[0]?.delivery.event).toMatchObject({
      experienceName: given.experienceName,
      headers: given.headers,
    });
    expect(handed[1]?.delivery.event).toMatchObject({ experienceId: null, action: null, occurredAt: null });
    for (const { answer } of handed) {
      answer(DONE);
    }
    expect(await process.finished(given.key)).toEqual(['done']);
    expect(await process.finished(nameless.key)).toEqual(['done']);
    const { aheadMs } = await process.ledger.clockDifference();
    expect(Math.abs(aheadMs)).toBeLessThan(5_000);
    expect(process.errors).toEqual([]);
  },
);

test('a host that ends idle sessions and slow statements early breaks nothing in the receiver', async () => {
  const url = await hostile(await databases.createBare(), 'DATABASE');
  const process = await Process.open(url);
  await process.deliver();
  await run(
    url,
    `BEGIN READ WRITE;
    CREATE FUNCTION ledger.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(0.4);
      RETURN NULL;
    END $$;
    CREATE TRIGGER dawdling AFTER INSERT ON ledger.events EXECUTE FUNCTION ledger.dawdle();
    COMMIT`,
  );
  await new Promise((resolve) => setTimeout(resolve, 450));
  const given = event();
  await process.ledger.accept(given);
  (await process.next()).answer(DONE);
  expect(await process.finished(given.key)).toEqual(['done']);
  expect(process.errors).toEqual([]);
});
