import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { CLI_TOKEN, portOf, settingsOf } from './home.ts';

describe('doctor', () => {
  const home = temporaryFolder();
  let slack: FakeSlack;
  let api: FakeOwnApi;

  beforeAll(async () => {
    [slack, api] = await Promise.all([startFakeSlack(), startFakeOwnApi()]);
  });
  afterAll(async () => {
    await Promise.all([slack.close(), api.close()]);
    home.remove();
  });

  const slackSettings = () => ({
    SLACK_BOT_TOKEN: slack.token,
    SLACK_CHANNEL: 'C0123456789',
    SLACK_API_URL: slack.url,
  });

  test('the doctor asks the running receiver, which has settings that this terminal does not have', async () => {
    const settings = { ...settingsOf(home.folder, api.url, '0'), ...slackSettings() };
    const receiver = await ReceiverHere.start(settings);
    const here = {
      HOST: '127.0.0.1',
      PORT: portOf(receiver.url),
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: CLI_TOKEN,
    };
    const { code, stdout } = await runCommandHere(['doctor'], here);
    const { stdout: refused } = await runCommandHere(['doctor'], {
      ...here,
      CONSOLE_TOKEN: 'not the token of the receiver',
    });
    await receiver.stop();
    expect(refused).toMatch(
      /! Receiver: it runs on .*, but could not be asked for its checks: Wrong token\./,
    );
    expect(stdout).toMatch(/^✓ Node: 24\./);
    expect(stdout).toContain('✓ Receiver: it runs on');
    expect(stdout).toMatch(/✓ Slack/);
    expect(stdout).toContain('No problems found.');
    expect(code).toBe(0);
  });

  test('the doctor compares the clock with the one behind the public URL', async () => {
    const data = temporaryFolder();
    const settings = settingsOf(home.folder, api.url, '0');
    const receiver = await ReceiverHere.start({ ...settings, DATA_DIR: data.folder });
    const { stdout } = await runCommandHere(['doctor'], { ...settings, PORT: '1', PUBLIC_URL: receiver.url });
    await receiver.stop();
    data.remove();
    expect(stdout).toContain('✓ Public URL:');
    expect(stdout).toContain('✓ Clock: it agrees');
  });

  test.each([
    ['a password with a percent sign', 'postgres://me:100%25@127.0.0.1:1/db'],
    ['a password with a percent sign that is not encoded', 'postgres://me:100%@127.0.0.1:1/db'],
    ['a host that does not exist', 'postgres://me:secret-word@nowhere.invalid/db'],
  ])('the doctor says what is wrong with a DATABASE_URL of %s', async (_what, url) => {
    const { code, stdout, stderr } = await runCommandHere(['doctor'], {
      ...settingsOf(home.folder, api.url),
      DATABASE_URL: url,
    });
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/✕ (PostgreSQL|Settings): .*\n {4}→ /);
    expect(stdout).not.toMatch(/secret-word|\n\s+at /);
  });

  test('names each fault with what to do, and fails for CI', async () => {
    const { code, stdout } = await runCommandHere(['doctor'], {
      ...settingsOf(home.folder, api.url),
      ...slackSettings(),
      SLACK_BOT_TOKEN: 'xoxb-wrong',
      PUBLIC_URL: 'http://127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(stdout).toContain('! Receiver: nothing answers on http://127.0.0.1:1');
    expect(stdout).toMatch(
      /✕ Public URL: http:\/\/127\.0\.0\.1:1 cannot be reached from here \(bad port\)\n {4}→ /,
    );
    expect(stdout).toMatch(/✕ Slack/);
    expect(stdout).toMatch(/\d problems to fix\./);
    expect(stdout).not.toContain('xoxb-wrong');
  });

  test('lists every fault of the settings', async () => {
    const { code, stdout } = await runCommandHere(['doctor', '--json'], {
      DATA_DIR: home.folder,
      PORT: 'many',
    });
    expect(code).toBe(1);
    const checks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(checks).toContainEqual(
      expect.objectContaining({ what: 'Settings', state: 'fault', finding: expect.stringContaining('PORT') }),
    );
  });

  test('offline, it asks nobody', async () => {
    const { code, stdout } = await runCommandHere(['doctor', '--offline'], {
      ...settingsOf(home.folder, api.url),
      ...slackSettings(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('✓ Disk:');
    expect(stdout).not.toContain('Slack');
  });

  test('a short webhook secret is a warning, with how to make a better one', async () => {
    const { code, stdout } = await runCommandHere(['doctor', '--offline'], {
      DATA_DIR: home.folder,
      INTELLIGEMS_WEBHOOK_SECRET: 'tomato',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('! Secret of default: it has 6 characters, so it may be guessed');
    expect(stdout).toContain('openssl rand -hex 32');
    expect(stdout).not.toContain('tomato');
  });

  test('a file of the receiver’s own secret that holds none is a fault', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data.folder, 'webhook-secret'), '');
    const { code, stdout } = await runCommandHere(['doctor', '--offline'], { DATA_DIR: data.folder });
    data.remove();
    expect(code).toBe(1);
    expect(stdout).toMatch(/✕ Secret of default: The file .*webhook-secret has no valid secret/);
  });

  test('offline, it looks at the files that destinations need', async () => {
    const { code, stdout } = await runCommandHere(['doctor', '--offline'], {
      ...settingsOf(home.folder, api.url),
      SMTP_URL: 'smtp://127.0.0.1:1',
      EMAIL_FROM: 'bot@example.com',
      EMAIL_TO: 'ann@example.com',
      EMAIL_TEMPLATES: '/nope',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/! Email templates: The template folder \/nope cannot be read/);
    expect(stdout).toMatch(/! Your own API, Signature/);
    expect(stdout).not.toContain('Mail server');
  });
});
