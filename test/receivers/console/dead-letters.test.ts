import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SERVICE_ACCOUNT_KEY } from '../../fakes/google-sheets/tokens.ts';
import { fillLedger, type PastEvent } from '../../fixtures/filled-ledger.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';

const TOKEN = 'the-token-of-the-tests';
const NOBODY = 'http://127.0.0.1:1/';
const BOT = { type: 'slack', token: 'xoxb-1', channel: '#x', apiUrl: NOBODY };

/** Destinations, each with what becomes there of a repeat of what had arrived. */
const DESTINATIONS: Readonly<Record<string, { settings: Record<string, unknown>; repeated: string }>> = {
  team: {
    settings: { type: 'teams', webhookUrl: NOBODY },
    repeated: 'it comes twice: Microsoft Teams cannot be asked.',
  },
  quiet: {
    settings: { type: 'teams', webhookUrl: NOBODY, unsure: 'skip' },
    repeated:
      'it is not repeated; but Microsoft Teams cannot be asked, so what only may have arrived is not sent either.',
  },
  hook: {
    settings: { type: 'slack', webhookUrl: NOBODY },
    repeated: 'it comes twice: an incoming webhook cannot be asked.',
  },
  bot: {
    settings: BOT,
    repeated:
      'it is found in the channel’s history and not repeated; where the token may not read that, it comes twice.',
  },
  'quiet-bot': {
    settings: { ...BOT, unsure: 'skip' },
    repeated:
      'it is found in the channel’s history and not repeated; where the token may not read that, what only may have arrived is not sent either.',
  },
  log: {
    settings: { type: 'sheets', serviceAccountKey: SERVICE_ACCOUNT_KEY, spreadsheetId: 'a'.repeat(44) },
    repeated: 'the row is found and not written again.',
  },
  mails: {
    settings: { type: 'email', smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.example', to: 'c@d.example' },
    repeated:
      'the mail comes a second time under the same Message-ID, of which many mail programs show one, and some both.',
  },
  api: {
    settings: { type: 'http', url: NOBODY },
    repeated: 'your API gets it a second time, under the same webhook-id to know it by.',
  },
};

const NAMES = Object.keys(DESTINATIONS);

const past = (sample: 'create' | 'start', destinations: readonly string[]): PastEvent => ({
  sample,
  experienceId: 'backpack',
  name: 'Backpack price test',
  at: Date.now() - 60_000,
  destinations,
});

describe('the console of a receiver whose settings file lists the destinations', () => {
  const home = temporaryFolder();
  let receiver: Receiver;
  let cookie: string;

  beforeAll(async () => {
    const events = [past('create', [...NAMES, 'zapier-zaps', 'gone']), past('start', ['api'])];
    await fillLedger(home.folder, events, [...NAMES, 'zapier-zaps', 'gone'], () => ({
      type: 'dead',
      reason: 'Gone.',
    }));
    const destinations = NAMES.map((name) => ({ name, ...DESTINATIONS[name]?.settings }));
    writeFileSync(join(home.folder, 'receivers.yaml'), JSON.stringify({ destinations }));
    receiver = await Receiver.start({ DATA_DIR: home.folder, CONSOLE_TOKEN: TOKEN });
    const login = await fetch(`${receiver.url}/console/login`, {
      method: 'POST',
      body: new URLSearchParams({ token: TOKEN }),
      headers: { origin: receiver.url },
      redirect: 'manual',
    });
    cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  });
  afterAll(async () => {
    await receiver?.stop();
    home.remove();
  });

  /** The text of a page's main part. */
  async function page(path: string): Promise<string> {
    const response = await fetch(`${receiver.url}/console${path}`, { headers: { cookie } });
    const main = (await response.text()).replace(/^.*<main/s, '');
    return main.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
  }

  test.each(NAMES)('says what becomes of a repeat of what had arrived: %s', async (name) => {
    const repeated = `If an earlier attempt arrived after all, ${DESTINATIONS[name]?.repeated}`;
    expect(await page(`/dead-letters/replay?destination=${name}`)).toContain(repeated);
    const events = await fetch(`${receiver.url}/console/api/events?action=createExperience`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const [event] = ((await events.json()) as { events: { key: string }[] }).events;
    expect(await page(`/events/${event?.key}/replay?to=${name}`)).toContain(
      `Its dead letter is tried again. ${repeated}`,
    );
  });

  test('says it of a Zap, and not of what the settings no longer name', async () => {
    expect(await page('/dead-letters/replay?destination=zapier-zaps')).toContain(
      'the Zapier app knows it for 90 days',
    );
    expect(await page('/dead-letters/replay?destination=gone')).not.toContain('arrived after all');
  });

  test('speaks of one as one, and of several as several', async () => {
    expect(await page('/dead-letters/replay?destination=team')).toMatch(
      /1 message to \S+ \S+ \(team\) is tried again\. .* It failed because: Gone/,
    );
    expect(await page('/dead-letters/dismiss?destination=team')).toContain('It stays with its event');
    expect(await page('/dead-letters/replay?destination=api')).toMatch(
      /2 messages to .* are tried again, in the order in which they came\. .* They failed because: Gone/,
    );
  });

  test('has what is not connected added to the file that lists the others', async () => {
    const text = await page('/set-up');
    expect(text).toContain('Add a destination of the type: discord to receivers.yaml, with these, and start');
    expect(text).not.toContain('DISCORD_WEBHOOK_URL');
  });
});
