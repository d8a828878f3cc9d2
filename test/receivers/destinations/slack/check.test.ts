import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ALL_SCOPES, type FakeSlack, type FakeSlackOptions, startFakeSlack } from '../../../fakes/slack.ts';
import { openDesk, tokenSettings } from './desk.ts';

let fake: FakeSlack;

afterEach(async () => {
  await fake.close();
});

async function findings(
  options: FakeSlackOptions,
  settings: Record<string, unknown> = {},
): Promise<string[]> {
  fake = await startFakeSlack(options);
  const desk = await openDesk(tokenSettings(fake, settings));
  const checks = await desk.destination.check();
  expect(fake.messages()).toEqual([]);
  return checks.map(({ state, what, finding, fix }) => [state, what, finding, fix ?? ''].join(' | '));
}

describe('the check', () => {
  test('the Slack check passes with a channel’s ID and with its name', async () => {
    expect(await findings({}, { channel: 'C0123456789, #experiments' })).toEqual([
      'ok | Slack token | Posts as @experiments in Alpine Goods. | ',
      'ok | Slack channel C0123456789 | Posts to #experiments. | ',
      'ok | Slack channel #experiments | Posts to #experiments. | ',
    ]);
  });

  test('the Slack check reports a wrong token', async () => {
    expect(await findings({ token: 'xoxb-right' }, { token: 'xoxb-wrong' })).toEqual([
      expect.stringMatching(/^fault \| Slack token \| Slack does not accept the token\./),
    ]);
  });

  test.each([
    [
      'a closed port',
      'http://127.0.0.1:1/api/',
      'Slack cannot be reached: nothing is listening at 127.0.0.1:1',
    ],
    ['an unknown name', 'http://slack.invalid/api/', 'The name of slack.invalid could not be resolved'],
  ])('the Slack check says why Slack cannot be reached: %s', async (_, apiUrl, why) => {
    const [token] = await findings({}, { apiUrl });
    expect(token).toMatch(`fault | Slack token | ${why}`);
  });

  test('the Slack check says what each missing scope means', async () => {
    const [, post, history, email, channel] = await findings({ scopes: ['users:read'] }, { unsure: 'skip' });
    expect(post).toMatch(/^fault .* chat:write/);
    expect(history).toMatch(/^warning .* may be missing \(SLACK_UNSURE=skip\)/);
    expect(email).toMatch(/^warning .* users:read\.email.* SLACK_MENTIONS=false/);
    expect(channel).toMatch(/^warning .* The channel cannot be checked\./);
  });

  test('the Slack check distinguishes the history of public and private channels', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== 'groups:history');
    expect(await findings({ scopes })).toEqual([
      expect.stringMatching(/^ok \| Slack token/),
      expect.stringMatching(/^warning \| Slack scopes \| The token lacks groups:history/),
      expect.stringMatching(/^ok \| Slack channel/),
    ]);
  });

  test('the Slack check reports channels that cannot be posted to', async () => {
    const channels = [
      { id: 'C0STRANGE0', name: 'strange', isMember: false },
      { id: 'C0ARCHIVED', name: 'archived', isArchived: true },
      { id: 'C0SECRET00', name: 'secret', isPrivate: true, isMember: false },
    ];
    const channel = 'C0STRANGE0, C0ARCHIVED, C0SECRET00, #secret, #nowhere';
    expect((await findings({ channels }, { channel })).slice(1)).toEqual([
      'fault | Slack channel C0STRANGE0 | The app is not a member of the channel. | Type in the channel: /invite @experiments',
      'fault | Slack channel C0ARCHIVED | The channel is archived. | Unarchive it, or set another channel.',
      expect.stringMatching(/^fault \| Slack channel C0SECRET00 \| Slack does not know the channel/),
      expect.stringMatching(/^fault \| Slack channel #secret \| Slack does not know the channel/),
      expect.stringMatching(/^fault \| Slack channel #nowhere \| Slack does not know the channel/),
    ]);
  });
});

describe('the check of the buttons', () => {
  const BUTTONS = { signingSecret: '8f742231b10e8888abcd99yyyzzz85a5' };
  const users = { 'maya@alpine-goods.example': 'U0000000AAA' };

  test('it names people in SLACK_ACTORS whom Slack does not know', async () => {
    const actors = 'maya@alpine-goods.example, U0000000AAA, U0000000ZZZ';
    const found = await findings({ users }, { ...BUTTONS, actors });
    expect(found.slice(2)).toEqual([
      'warning | Slack buttons | Slack does not know U0000000ZZZ. | Correct SLACK_ACTORS.',
      expect.stringMatching(/^ok \| Slack buttons \| 3 people may press them\..* \/slack\/actions/),
    ]);
  });

  test('it says that email addresses need a scope', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== 'users:read.email');
    const found = await findings(
      { users, scopes },
      { ...BUTTONS, actors: 'maya@alpine-goods.example', mentions: 'false' },
    );
    expect(found.at(-1)).toMatch(/^fault \| Slack buttons \| The token lacks users:read\.email/);
  });
});

test('the manifest asks for exactly the scopes that the code uses', async () => {
  const manifest = parse(
    readFileSync(new URL('../../../../receivers/destinations/slack/manifest.yaml', import.meta.url), 'utf8'),
  );
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...ALL_SCOPES].sort());
  expect(await findings({ scopes: manifest.oauth_config.scopes.bot })).toHaveLength(2);
});
