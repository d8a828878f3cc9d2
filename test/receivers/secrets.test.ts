import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { CONNECTED_KINDS } from '../../receivers/destinations/index.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../fakes/google-sheets.ts';
import { runCommandHere } from '../fixtures/command-here.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { SECRET, temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';

/** Everything that lets somebody in, each with a word that is nowhere else. */
const SECRETS = {
  SLACK_BOT_TOKEN: 'xoxb-topsecret-slack',
  FORWARD_URL: 'http://user:topsecret-password@127.0.0.1:1/hook?key=topsecret-query',
  FORWARD_HEADERS: '{"Authorization":"Bearer topsecret-header"}',
  FORWARD_SECRET: 'whsec_dG9wc2VjcmV0dG9wc2VjcmV0dG9wc2VjcmV0',
  SMTP_URL: 'smtp://user:topsecret-smtp@127.0.0.1:1?requireTLS=false',
  TEAMS_WEBHOOK_URL: 'http://127.0.0.1:1/workflows/topsecret-teams',
  DISCORD_WEBHOOK_URL: 'http://127.0.0.1:1/api/webhooks/1/topsecret-discord',
  GOOGLE_CHAT_WEBHOOK_URL:
    'http://127.0.0.1:1/v1/spaces/AAAA/messages?key=topsecret-key&token=topsecret-token',
  SLACK_SIGNING_SECRET: 'topsecret_slack_signing',
  CONSOLE_TOKEN: 'topsecret-console',
  INTELLIGEMS_ACCESS_TOKEN: 'topsecret-access',
};

let home: ReturnType<typeof temporaryFolder>;
let sheets: FakeGoogleSheets;
let settings: Record<string, string>;
let receiver: ReceiverHere;

beforeAll(async () => {
  home = temporaryFolder();
  sheets = await startFakeGoogleSheets();
  settings = {
    ...SECRETS,
    DATA_DIR: home.folder,
    LOG_LEVEL: 'trace',
    LOG_PRETTY: 'false',
    SLACK_CHANNEL: '#experiments',
    SLACK_ACTORS: 'U0123456789',
    SLACK_API_URL: 'http://127.0.0.1:1/api/',
    FORWARD_ALLOW_PRIVATE: 'true',
    EMAIL_FROM: 'experiments@example.com',
    EMAIL_TO: 'team@example.com',
    GOOGLE_SERVICE_ACCOUNT_KEY: sheets.serviceAccountKey,
    SHEETS_SPREADSHEET_ID: 'no-such-spreadsheet',
    GOOGLE_API_ROOT_URL: sheets.url,
    INTELLIGEMS_API_URL: 'http://127.0.0.1:1',
    WHO_AFTER_SECONDS: '0',
    FIRST_RETRY_SECONDS: '0.01',
    RETRY_FACTOR: '1',
    MAX_ATTEMPTS: '2',
    PAUSE_AFTER_FAILURES: '1000',
  };
  receiver = await ReceiverHere.start(settings);
});

afterAll(async () => {
  await receiver.stop();
  await sheets.close();
  home.remove();
});

function expectNoSecret(output: string): void {
  expect(output).not.toMatch(/topsecret/);
  expect(output).not.toMatch(SECRETS.FORWARD_SECRET);
  expect(output).not.toMatch(SECRET);
  expect(output).not.toMatch(/PRIVATE KEY|ya29\./);
}

/** The secret settings of a kind that an incoming webhook replaces, so that they cannot be set together. */
const ALTERNATIVES = ['SLACK_WEBHOOK_URL'];

test.each(CONNECTED_KINDS.map((kind) => [kind.title, kind] as const))(
  'each secret setting of %s has a secret in this test',
  (_, { settings: schema, environment }) => {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
      properties?: Record<string, { secret?: boolean }>;
    };
    const secret = Object.entries(environment).filter(([, field]) => properties[field]?.secret === true);
    const variables = secret.map(([variable]) => variable).filter((each) => !ALTERNATIVES.includes(each));
    expect(variables.filter((variable) => settings[variable] === undefined)).toEqual([]);
    expect(secret).not.toEqual([]);
  },
);

describe('with every destination failing', () => {
  test('the log contains no secret', async () => {
    await receiver.post(sampleBody('start'));
    for (const { kind } of CONNECTED_KINDS) {
      await receiver.printed(new RegExp(`"destination":"${kind}".*"dead letter"`));
    }
    expectNoSecret(receiver.output);
  });

  test('the ledger and the output of the command line contain no secret', async () => {
    const on = { ...settings, PORT: new URL(receiver.url).port, HOST: '127.0.0.1' };
    for (const words of [
      ['export'],
      ['events'],
      ['replay', '--dry-run', '--destination', 'slack'],
      ['doctor', '--json'],
    ]) {
      const { stdout, stderr } = await runCommandHere(words, on);
      expect(stdout).not.toBe('');
      expectNoSecret(`${stdout}${stderr}`);
    }
  });
});
