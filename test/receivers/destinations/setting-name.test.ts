import { describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import { DESTINATION_KINDS } from '../../../receivers/destinations/index.ts';
import { closeDestinations, openDestinations } from '../../../receivers/destinations/open.ts';
import { startFakeSlack } from '../../fakes/slack.ts';
import { sampleMessage } from '../../fixtures/messages.ts';
import { attempt } from './common/opened.ts';

const VARIABLES = new RegExp(DESTINATION_KINDS.flatMap((kind) => Object.keys(kind.environment)).join('|'));

/** What the only destination of a settings file says in its check and after a delivery. */
async function advice(settings: Record<string, unknown>): Promise<string> {
  const readFile = () => JSON.stringify({ destinations: [{ name: 'theirs', ...settings }] });
  const loaded = loadConfiguration({ environment: {}, readFile });
  const configured = loaded.ok ? loaded.configuration.destinations : [];
  const open = await openDestinations(configured, pino({ level: 'silent' }));
  const checks = await open.get('theirs')?.destination.check();
  const outcome = await open.get('theirs')?.destination.send(sampleMessage('start'), attempt());
  await closeDestinations(open);
  return [...(checks ?? []).map(({ finding, fix }) => `${finding} ${fix}`), Object(outcome).reason].join(
    '\n',
  );
}

const UNREACHABLE = 'http://127.0.0.1:1/';

describe('advice names settings by their place in the settings file', () => {
  test.each([
    [
      { type: 'http', url: 'https://10.1.2.3/x' },
      ['Set “secret” of', 'network, set “allowPrivate: true” of', 'replay.'],
    ],
    [{ type: 'http', url: UNREACHABLE, allowPrivate: true }, ['Check “url” of']],
    [
      { type: 'email', smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.example', to: 'c@d.example' },
      ['“smtpUrl” of'],
    ],
    [
      { type: 'slack', webhookUrl: UNREACHABLE, unsure: 'skip' },
      ['be missing (“unsure: skip” of', '“webhookUrl” of'],
    ],
    [{ type: 'teams', webhookUrl: UNREACHABLE }, ['Check “webhookUrl” of']],
  ])('the advice for %j names its place in the settings file', async (settings, words) => {
    const text = await advice(settings);
    for (const each of words) {
      expect(text).toContain(each);
    }
    expect(text).toContain('of the destination “theirs” in receivers.yaml');
    expect(text).not.toMatch(VARIABLES);
  });

  test('the advice for Slack with a token names its place in the settings file', async () => {
    const slack = await startFakeSlack({ scopes: [] });
    const settings = { type: 'slack', token: slack.token, channel: 'C0123456789', apiUrl: slack.url };
    const text = await advice(settings);
    await slack.close();
    expect(text).toContain(
      'may appear twice (“unsure: repeat” of the destination “theirs” in receivers.yaml)',
    );
    expect(text).not.toMatch(VARIABLES);
  });
});
