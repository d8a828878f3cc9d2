import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startFakeOwnApi } from '../fakes/own-api.ts';
import { ALL_SCOPES, startFakeSlack } from '../fakes/slack.ts';
import { startBrowser } from '../fixtures/browser.ts';
import { fillLedger } from '../fixtures/filled-ledger.ts';
import { Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { demoEvents } from './demo.ts';

/**
 * Takes the pictures of the console that the README shows: `npm run pictures:console`. With a folder
 * as an argument, all pages go there, light and dark, wide and on a phone.
 */
const TOKEN = 'a-token-for-the-pictures';
const [given] = process.argv.slice(2);
const folder = given ?? fileURLToPath(new URL('../../.github/pictures', import.meta.url));

const PAGES: readonly [name: string, path: string, go?: (page: Page) => Promise<void>][] = [
  ['overview', '/console?range=30d'],
  ['set-up', '/console/set-up'],
  ['connections', '/console/connections'],
  ['events', '/console/events'],
  ['event', '/console/events?search=Winter', (page) => page.locator('.event').first().click()],
  ['experiences', '/console/experiences'],
  [
    'experience',
    '/console/experiences?search=Backpack',
    (page) => page.locator('.experience').first().click(),
  ],
  ['dead-letters', '/console/dead-letters'],
  ['refused', '/console/refused'],
];

/** Those that the README shows. */
const SHOWN = new Set(['overview', 'connections', 'event', 'experiences', 'dead-letters']);

const LOOKS: readonly [suffix: string, options: BrowserContextOptions][] = [
  ['', { colorScheme: 'light', viewport: { width: 1160, height: 800 } }],
  ['-dark', { colorScheme: 'dark', viewport: { width: 1160, height: 800 } }],
  ['-phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];

const home = temporaryFolder();
const [slack, api, browser] = await Promise.all([
  startFakeSlack({ scopes: ALL_SCOPES }),
  startFakeOwnApi(),
  startBrowser(),
]);
await fillLedger(home.folder, demoEvents(Date.now()), ['slack', 'http'], ({ destination, event }) =>
  destination === 'http' && event.receivedAt > Date.now() - 13 * 3_600_000
    ? {
        type: 'dead',
        reason:
          'Your API answered 410 Gone: nothing is at this address any more. Correct FORWARD_URL, then replay.',
        answer: '{"error":"gone"}',
      }
    : { type: 'done', answer: '{"ok":true}' },
);
const receiver = await Receiver.start({
  DATA_DIR: home.folder,
  CONSOLE_TOKEN: TOKEN,
  LOG_LEVEL: 'error',
  PUBLIC_URL: 'https://webhooks.alpine-goods.example',
  SLACK_BOT_TOKEN: slack.token,
  SLACK_CHANNEL: 'C0123456789',
  SLACK_API_URL: slack.url,
  FORWARD_URL: api.url,
  FORWARD_ALLOW_PRIVATE: 'true',
});
await receiver.post('{"action":"startExperience"}', { secret: 'another-secret' });
mkdirSync(folder, { recursive: true });
for (const [suffix, options] of LOOKS) {
  await takePictures(browser, suffix, options);
}
await browser.close();
await receiver.stop();
await Promise.all([slack.close(), api.close()]);
home.remove();

async function takePictures(from: Browser, suffix: string, options: BrowserContextOptions): Promise<void> {
  const context = await from.newContext({ ...options, timezoneId: 'America/New_York', locale: 'en-US' });
  const page = await context.newPage();
  await page.goto(`${receiver.url}/console/login#${TOKEN}`);
  await page.waitForURL(`${receiver.url}/console`);
  for (const [name, path, go] of PAGES) {
    if (given === undefined && !(SHOWN.has(name) && (suffix !== '-phone' || name === 'overview'))) {
      continue;
    }
    await page.goto(`${receiver.url}${path}`);
    await go?.(page);
    await page.locator('h1').first().waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
    await page.screenshot({ path: `${folder}/console-${name}${suffix}.png`, fullPage: given !== undefined });
  }
  await context.close();
}
