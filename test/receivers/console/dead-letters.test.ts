import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DestinationKind } from '../../../receivers/contract/destination.ts';
import { DESTINATION_KINDS } from '../../../receivers/destinations/index.ts';
import { SERVICE_ACCOUNT_KEY } from '../../fakes/google-sheets/tokens.ts';
import { fillLedger, type PastEvent } from '../../fixtures/filled-ledger.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';
const NOBODY = 'http://127.0.0.1:1/';
const BOT = { type: 'slack', token: 'xoxb-1', channel: '#x', apiUrl: NOBODY };

/** Destinations by name, with their settings. Kinds and settings differ in what a repeated message does. */
const DESTINATIONS: Readonly<Record<string, Record<string, unknown> & { type: string }>> = {
  team: { type: 'teams', webhookUrl: NOBODY },
  quiet: { type: 'teams', webhookUrl: NOBODY, unsure: 'skip' },
  hook: { type: 'slack', webhookUrl: NOBODY },
  bot: BOT,
  'quiet-bot': { ...BOT, unsure: 'skip' },
  log: { type: 'sheets', serviceAccountKey: SERVICE_ACCOUNT_KEY, spreadsheetId: 'a'.repeat(44) },
  mails: { type: 'email', smtpUrl: 'smtp://127.0.0.1:1', from: 'a@b.example', to: 'c@d.example' },
  api: { type: 'http', url: NOBODY },
};

/** What the kind of a destination says that a repeated message does there. */
function repeatedAt(name: string): string {
  const { type, ...settings } = DESTINATIONS[name] as { type: string };
  const kind = DESTINATION_KINDS.find((each) => each.kind === type) as DestinationKind;
  return kind.repeated(kind.settings.parse(settings));
}

const NAMES = Object.keys(DESTINATIONS);

const past = (sample: 'create' | 'start', destinations: readonly string[]): PastEvent => ({
  sample,
  experienceId: 'backpack',
  name: 'Backpack price test',
  at: Date.now() - 60_000,
  destinations,
});

const home = temporaryFolder();
let receiver: ReceiverHere;
let cookie: string;

beforeAll(async () => {
  const events = [past('create', [...NAMES, 'zapier-zaps', 'gone']), past('start', ['api'])];
  await fillLedger(home.folder, events, [...NAMES, 'zapier-zaps', 'gone'], () => ({
    type: 'dead',
    reason: 'Gone.',
  }));
  const destinations = NAMES.map((name) => ({ name, ...DESTINATIONS[name] }));
  writeFileSync(join(home.folder, 'receivers.yaml'), JSON.stringify({ destinations }));
  receiver = await ReceiverHere.start({ DATA_DIR: home.folder, CONSOLE_TOKEN: TOKEN, LOG_LEVEL: 'silent' });
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

test.each(NAMES)('the pages that send a dead letter again say what a repeat does at %s', async (name) => {
  const repeated = `If an earlier attempt arrived after all, ${repeatedAt(name)}`;
  expect(await page(`/dead-letters/replay?destination=${name}`)).toContain(repeated);
  const events = await fetch(`${receiver.url}/console/api/events?action=createExperience`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const [event] = ((await events.json()) as { events: { key: string }[] }).events;
  expect(await page(`/events/${event?.key}/replay?to=${name}`)).toContain(
    `Its dead letter will be tried again. ${repeated}`,
  );
});

test('the pages that send again say what a repeat does at a Zap, and nothing about a destination that is gone', async () => {
  expect(await page('/dead-letters/replay?destination=zapier-zaps')).toContain(
    'the Zapier app recognizes it for 90 days',
  );
  expect(await page('/dead-letters/replay?destination=gone')).not.toContain('arrived after all');
});

test('the pages about dead letters use the singular for one and the plural for several', async () => {
  expect(await page('/dead-letters/replay?destination=team')).toMatch(
    /1 message to \S+ \S+ \(team\) will be tried again\. .*Why it failed: Gone/,
  );
  expect(await page('/dead-letters/dismiss?destination=team')).toContain('It stays with its event');
  expect(await page('/dead-letters/replay?destination=api')).toMatch(
    /2 messages to .* will be tried again, in the order in which they arrived\. .*Why they failed: Gone/,
  );
});

test('the set-up page says how to add a missing destination to the settings file that lists the others', async () => {
  const text = await page('/set-up');
  expect(text).toContain(
    'add a destination with type: discord and these settings to receivers.yaml, and restart the receiver:',
  );
  expect(text).not.toContain('DISCORD_WEBHOOK_URL');
});
