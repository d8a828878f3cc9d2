import { describe, expect, test } from '@jest/globals';
import { describeFaults } from '../../../receivers/config/load.ts';
import { SETTING_LINES } from '../../../receivers/config/settings/table.ts';
import { faultsOf, loaded } from './loaded.ts';

describe('with nothing set', () => {
  test('with no variables set, every setting has its default', () => {
    const configuration = loaded({});
    expect(configuration).toMatchObject({
      file: null,
      role: 'all',
      server: { host: '0.0.0.0', port: 8787, bodyLimitBytes: 1_048_576, publicUrl: null },
      storage: { dataFolder: './data', databaseUrl: null, settingsKey: [], retentionDays: 90 },
      delivery: { retry: { maxAttempts: 8, firstRetryMs: 10_000 }, attemptTimeoutMs: 30_000 },
      updates: { quietSeconds: 60, dropBookkeeping: false },
      sources: [{ name: 'default', title: 'default', secrets: [], accessToken: null }],
      notices: [],
    });
  });

  test('with no variables set, deliveries are tried for more than a day', () => {
    const { retry } = loaded({}).delivery;
    const pauses = Array.from({ length: retry.maxAttempts - 1 }, (_, index) =>
      Math.min(retry.firstRetryMs * retry.factor ** index, 24 * 3_600_000),
    );
    const total = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(total).toBeGreaterThan(24 * 3_600_000);
    expect(total).toBeLessThan(retry.giveUpAfterMs);
  });

  test('with no variables set, every event goes to the preview', () => {
    const { destinations, routing } = loaded({});
    expect(destinations).toMatchObject([{ name: 'preview', kind: { kind: 'preview' }, settings: {} }]);
    expect(routing).toMatchObject({
      mode: 'all',
      quietMs: 60_000,
      routes: [{ to: ['preview'], mute: false }],
    });
  });
});

describe('the table of settings', () => {
  test('the table of settings names each variable once', () => {
    const names = SETTING_LINES.map(({ environment }) => environment);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[A-Z][A-Z_]+$/.test(name))).toEqual([]);
  });

  test.each(SETTING_LINES.map((line) => [line.environment, line] as const))(
    'the table of settings describes %s',
    (_, line) => {
      expect(line.description).toMatch(/[.?]$/);
      expect(line.default).not.toBeUndefined();
    },
  );
});

describe('environment variables', () => {
  test('environment variables set what the table says', () => {
    expect(
      loaded({
        HOST: '127.0.0.1',
        PORT: '0',
        PUBLIC_URL: 'https://hooks.example.com/',
        INTELLIGEMS_SIGNATURE_HEADER: 'X-Signature',
        HEADERS_TIMEOUT_SECONDS: '2.5',
        RETENTION_DAYS: '7',
        LOG_PRETTY: 'no',
        UPDATE_QUIET_SECONDS: '0',
        DROP_BOOKKEEPING_UPDATES: 'yes',
        DATABASE_URL: 'postgres://receiver:secret@database/receiver',
      }),
    ).toMatchObject({
      server: {
        host: '127.0.0.1',
        port: 0,
        publicUrl: 'https://hooks.example.com',
        signatureHeader: 'x-signature',
        headersTimeoutMs: 2500,
      },
      storage: { retentionDays: 7, databaseUrl: 'postgres://receiver:secret@database/receiver' },
      log: { pretty: false },
      updates: { quietSeconds: 0, dropBookkeeping: true },
      routing: { quietMs: 0 },
    });
  });

  test('the log mentions variables that let readers of the console change things', () => {
    const token = 'the-same-for-everybody';
    expect(loaded({ CONSOLE_TOKEN: token, CONSOLE_VIEWER_TOKEN: token }).notices).toEqual([
      expect.stringContaining('Use two different tokens'),
    ]);
  });

  test('variables for times become whole milliseconds, whatever the fraction', () => {
    expect(
      loaded({ UPDATE_QUIET_SECONDS: '2.01', FIRST_PAUSE_SECONDS: '0.0125', GIVE_UP_AFTER_HOURS: '16.1' }),
    ).toMatchObject({
      routing: { quietMs: 2_010 },
      delivery: { breaker: { firstPauseMs: 13 }, retry: { giveUpAfterMs: 57_960_000 } },
    });
  });

  test('empty variables count as not set, and spaces around a value are ignored', () => {
    expect(loaded({ PORT: '', HOST: '  ', CHAT_TOKEN: '', LOG_LEVEL: ' debug\n' })).toMatchObject({
      server: { port: 8787, host: '0.0.0.0' },
      log: { level: 'debug' },
      destinations: [{ name: 'preview' }],
    });
  });

  test('invalid variables are all refused at once, with the value found and what to write', () => {
    expect(
      faultsOf({
        PORT: '80a',
        LOG_LEVEL: 'loud',
        PUBLIC_URL: 'hooks.example.com',
        DIGEST_TIME_ZONE: 'Zurich',
        INTELLIGEMS_EXPERIENCE_URL: 'https://app.example.com/',
        DATABASE_URL: 'mysql://root:hunter2@db/x',
      }),
    ).toEqual([
      'PORT: It is the text "80a". Write a whole number from 0 to 65535, such as 8787.',
      'PUBLIC_URL: It is the text "hooks.example.com". Write a web address such as https://webhooks.example.com.',
      'DATABASE_URL: It is a text of 25 characters. Write it as postgres://user:password@host:5432/database.',
      'LOG_LEVEL: It is the text "loud". Write trace, debug, info, warn, error, fatal or silent.',
      'DIGEST_TIME_ZONE: It is the text "Zurich". Write a time zone such as America/New_York, Europe/London or UTC.',
      'INTELLIGEMS_EXPERIENCE_URL: It is the text "https://app.example.com/". Write a web address with {id} in it, such as https://app.example.com/experiences/{id}.',
    ]);
  });

  test.each([
    ['postgres://receiver:pass#word@db/ledger', 'contains #, which has a meaning of its own'],
    ['postgres://receiver:50%@db/ledger', 'contains %, which has a meaning of its own'],
    ['postgres://receiver:%ff@db/ledger', 'contains %, which has a meaning of its own'],
    ['postgres://receiver:secret@db:5432', 'DATABASE_URL names no database. Write its name at the end'],
    ['postgres://receiver:secret@db:5432/?sslmode=require', 'DATABASE_URL names no database.'],
  ])('the database %s is refused before a connection is tried', (url, said) => {
    const faults = faultsOf({ DATABASE_URL: url });
    expect(faults).toEqual([expect.stringContaining(said)]);
    expect(faults[0]).not.toMatch(/secret|pass#|50%@/);
  });

  test.each([
    'postgres:///ledger?host=/var/run/postgresql',
    'postgresql://receiver:p%40ss@[::1]:5432/ledger?sslmode=require',
  ])('the database %s is accepted', (url) => {
    expect(loaded({ DATABASE_URL: url })).toMatchObject({ storage: { databaseUrl: url } });
  });

  test.each(['-1', '65536', '1.5', 'NaN', 'Infinity', '0x1F90z'])('PORT=%s is refused', (port) => {
    expect(faultsOf({ PORT: port })).toHaveLength(1);
  });

  test('variables that look like misspelled settings are reported', () => {
    expect(loaded({ RETENTION_DAY: '7', HOSTNAME: 'box', HOME: '/root', PATH: '/bin' }).notices).toEqual([
      'The environment variable RETENTION_DAY is not a setting. If you meant RETENTION_DAYS, rename it.',
    ]);
  });
});

describe('destinations by environment alone', () => {
  test('any variable of a destination switches it on, and it gets every event', () => {
    const { destinations, routing } = loaded({
      CHAT_TOKEN: 'tok-1',
      CHAT_CHANNEL: 'general',
      TABLE_SHEET: 'one',
    });
    expect(destinations).toMatchObject([
      { name: 'chat', kind: { kind: 'chat' }, settings: { token: 'tok-1', channel: 'general', rate: 5 } },
      { name: 'table', kind: { kind: 'table' }, settings: { sheet: 'one' } },
    ]);
    expect(routing.routes).toMatchObject([{ to: ['chat', 'table'] }]);
  });

  test('a destination with a missing variable names that variable and why it is needed', () => {
    expect(faultsOf({ CHAT_TOKEN: 'xyz-secret', CHAT_RATE: '11', TABLE_SHEET: 'one' })).toEqual([
      'CHAT_TOKEN: It is a text of 10 characters. Write the token, which begins with tok-.',
      'CHAT_CHANNEL: It is missing. The channel. (CHAT_TOKEN, CHAT_RATE turned on chat.)',
      'CHAT_RATE: It is the text "11". Write 10 or less.',
    ]);
  });

  test('a destination from the environment can receive alerts and digests', () => {
    const environment = { TABLE_SHEET: 'one', ALERT_DESTINATION: 'table', DIGEST_TO: 'table, tabel' };
    expect(faultsOf(environment)).toEqual([
      'DIGEST_TO: There is no destination with this name. Did you mean “table”?',
    ]);
  });
});

describe('the source of the environment', () => {
  test('a source has as many secrets as WEBHOOK_SECRET lists', () => {
    expect(
      loaded({
        INTELLIGEMS_WEBHOOK_SECRET: 'new, old,',
        INTELLIGEMS_ACCESS_TOKEN: 'token',
        INTELLIGEMS_PREVIOUS_WEBHOOK_SECRET: 'older',
      }).sources,
    ).toEqual([
      {
        name: 'default',
        title: 'default',
        secrets: ['new', 'old'],
        previousSecrets: ['older'],
        organizationId: null,
        accessToken: 'token',
      },
    ]);
  });

  test('a list of secrets with only commas is refused', () => {
    expect(faultsOf({ INTELLIGEMS_WEBHOOK_SECRET: ' , ' })).toEqual([
      'INTELLIGEMS_WEBHOOK_SECRET: It has no secret. Write the secret, or several with commas between them.',
    ]);
  });
});

test('errors in settings are formatted for a terminal', () => {
  const port = { where: 'PORT', message: 'It is the text "x". Write a whole number.' };
  const route = { where: 'receivers.yaml:12 routes[0].to', message: 'It is missing.' };
  expect(describeFaults([port])).toBe(
    'The settings have 1 problem; nothing was started.\n  PORT\n    It is the text "x". Write a whole number.',
  );
  expect(describeFaults([port, route])).toMatch(
    /^The settings have 2 problems; .*\n {2}PORT\n.*\n {2}receivers\.yaml:12 routes\[0\]\.to\n {4}It is missing\.$/,
  );
});
