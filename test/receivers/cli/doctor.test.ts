import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack.ts';
import { Receiver, runCommand, temporaryFolder } from '../../fixtures/receiver.ts';
import { portOf, settingsOf } from './home.ts';

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

  test('finds nothing at fault where all is well', async () => {
    const settings = { ...settingsOf(home.folder, api.url, '0'), ...slackSettings() };
    const receiver = await Receiver.start(settings);
    const { code, stdout } = await runCommand(['doctor'], {
      ...settings,
      PORT: portOf(receiver.url),
      PUBLIC_URL: receiver.url,
    });
    await receiver.stop();
    expect(stdout).toMatch(/^✓ Node: 24\./);
    expect(stdout).toContain('✓ Receiver: it runs on');
    expect(stdout).toContain('✓ Public URL:');
    expect(stdout).toContain('✓ Clock: it agrees');
    expect(stdout).toMatch(/✓ Slack/);
    expect(stdout).toContain('Nothing is at fault.');
    expect(code).toBe(0);
  });

  test('names each fault with what to do, and fails for CI', async () => {
    const { code, stdout } = await runCommand(['doctor'], {
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
    expect(stdout).toMatch(/\d to mend\./);
    expect(stdout).not.toContain('xoxb-wrong');
  });

  test('lists every fault of the settings', async () => {
    const { code, stdout } = await runCommand(['doctor', '--json'], { DATA_DIR: home.folder, PORT: 'many' });
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
    const { code, stdout } = await runCommand(['doctor', '--offline'], {
      ...settingsOf(home.folder, api.url),
      ...slackSettings(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('✓ Disk:');
    expect(stdout).not.toContain('Slack');
  });

  test('a file of the receiver’s own secret that holds none is a fault', async () => {
    const data = temporaryFolder();
    writeFileSync(join(data.folder, 'webhook-secret'), '');
    const { code, stdout } = await runCommand(['doctor', '--offline'], { DATA_DIR: data.folder });
    data.remove();
    expect(code).toBe(1);
    expect(stdout).toMatch(/✕ Secret of default: The file .*webhook-secret has no valid secret/);
  });

  test('offline, it looks at the files that destinations need', async () => {
    const { code, stdout } = await runCommand(['doctor', '--offline'], {
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
