import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../fakes/google-sheets.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeSlack, startFakeSlack } from '../../fakes/slack.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { until } from '../../fixtures/until.ts';
import {
  accessibilityFaults,
  browserTest,
  closeBrowser,
  openConsole,
  TOKEN,
  VIEWER_TOKEN,
} from './browser.ts';

describe('connecting in a browser', () => {
  const home = temporaryFolder();
  let receiver: ReceiverHere;
  let own: FakeOwnApi;
  let slack: FakeSlack;
  let sheets: FakeGoogleSheets;
  let page: Page;

  beforeAll(async () => {
    [own, slack, sheets] = await Promise.all([
      startFakeOwnApi(),
      startFakeSlack({ channels: [{ id: 'C0000000002', name: 'pricing', isMember: false }] }),
      startFakeGoogleSheets(),
    ]);
    receiver = await ReceiverHere.start({
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: TOKEN,
      CONSOLE_VIEWER_TOKEN: VIEWER_TOKEN,
      UPDATE_QUIET_SECONDS: '0',
    });
  });
  afterEach(() => page?.close());
  afterAll(async () => {
    await closeBrowser();
    await receiver?.stop();
    await Promise.all([own.close(), slack.close(), sheets.close()]);
    home.remove();
  });

  const open = async (path: string, token = TOKEN): Promise<void> => {
    page = await openConsole(receiver.url, { path: `/connections${path}`, token });
  };
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const outcome = (text: RegExp) => page.locator('#outcome', { hasText: text }).waitFor();
  const more = (): Promise<void> => page.locator('summary', { hasText: 'More' }).first().click();
  const saved = (): Promise<void> => page.getByText('Saved. It works from now on.').waitFor();

  browserTest(
    'Slack is connected from nothing: wrong token, channels to choose from, a test message, saved',
    async () => {
      await open('/new/destination/slack');
      const link = await page.getByRole('link', { name: /Open Slack/ }).getAttribute('href');
      const manifest = JSON.parse(String(new URL(String(link)).searchParams.get('manifest_json')));
      expect(manifest.oauth_config.scopes.bot).toContain('chat:write');
      await more();
      await page.getByLabel('API URL').fill(slack.url);
      await page.getByLabel('Token').fill('xoxb-a-wrong-token');
      await page.getByLabel('Channel').fill('#experiments');
      await press('Check');
      await outcome(/invalid_auth|token/);
      expect(await page.getByLabel('Token').inputValue()).toBe('xoxb-a-wrong-token');
      await page.getByLabel('Token').fill(slack.token);
      await press('Check');
      await page.getByLabel(/#pricing/).waitFor();
      expect(await page.getByText(/\/invite/).count()).toBeGreaterThan(0);
      await page.getByLabel(/#experiments/).check();
      await press('Send a test');
      await outcome(/The test was sent/);
      expect(JSON.stringify(slack.inChannel())).toContain('Test from the console');
      await press('Save');
      await saved();
      expect(await page.content()).not.toContain(slack.token);
    },
    60_000,
  );

  browserTest(
    'Google Sheets shows the address to share the spreadsheet with',
    async () => {
      await open('/new/destination/sheets');
      await page.getByLabel('Service account key').fill(sheets.serviceAccountKey);
      await page.getByLabel('Spreadsheet ID').fill('not a spreadsheet');
      await press('Check');
      await page.getByText(JSON.parse(sheets.serviceAccountKey).client_email).waitFor();
      expect(await page.getByLabel('Service account key').inputValue()).toBe(sheets.serviceAccountKey);
    },
    60_000,
  );

  browserTest(
    'an API and a route are connected by keyboard alone, and the next webhook goes there',
    async () => {
      await open('/new/destination/http');
      const type = async (label: string | RegExp, text: string): Promise<void> => {
        await page.getByLabel(label).focus();
        await page.keyboard.type(text);
      };
      await type(/^URL/, own.url);
      await page.locator('summary', { hasText: 'More' }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Allow private').focus();
      await page.keyboard.type('Y');
      await page.getByRole('button', { name: 'Save' }).focus();
      await page.keyboard.press('Enter');
      await saved();

      await page.goto(`${receiver.url}/console/connections/new/route`);
      await page.locator('#name').focus();
      await page.keyboard.type('Price tests');
      await page.getByLabel('start', { exact: true }).press('Space');
      await page.getByLabel(/Your own API/).press('Space');
      await page.getByRole('button', { name: 'Save' }).press('Enter');
      await saved();
      await page.getByText('Experiences that start → Your own API').waitFor();
      await page.getByRole('button', { name: 'Show' }).press('Enter');
      const payload = samplePayload('start');
      await postSigned(receiver.url, JSON.stringify(payload));
      await until(
        () => own.requests,
        (requests) => requests.some(({ body }) => body.includes(String(payload.experience.id))),
      );
    },
    60_000,
  );

  browserTest(
    'if two browsers change the same thing, the second one sees a conflict and can load the current version',
    async () => {
      await open('');
      await page
        .locator('.connection', { hasText: 'Price tests' })
        .getByRole('link', { name: 'Change' })
        .click();
      await page.locator('form[data-draft]').waitFor();
      const other = await openConsole(receiver.url, {
        path: new URL(page.url()).pathname.replace('/console', ''),
      });
      await other.locator('#name').fill('Price tests that start');
      await other.getByRole('button', { name: 'Save' }).click();
      await other.getByText('Saved. It works from now on.').waitFor();
      await other.close();
      await page.locator('#name').fill('Something else');
      await press('Save');
      await outcome(/changed|else/i);
      await page.getByRole('link', { name: 'Load what it is now' }).click();
      await page.locator('form[data-draft]').waitFor();
      expect(await page.locator('#name').inputValue()).toBe('Price tests that start');
    },
    60_000,
  );

  browserTest(
    'a new source shows its URL and its secret once, and takes webhooks at once',
    async () => {
      await open('/new/source');
      await page.locator('#name').fill('alpine');
      await press('Save');
      await page.getByText('is ready').waitFor();
      const [address, secret] = await page.locator('.copyable code').allTextContents();
      expect(address).toBe(`${receiver.url}/webhooks/intelligems/alpine`);
      const path = new URL(String(address)).pathname;
      const accepted = await postSigned(receiver.url, JSON.stringify(samplePayload('end')), {
        path,
        secret: String(secret),
      });
      expect(accepted.status).toBe(200);
      await page.goto(`${receiver.url}/console/connections`);
      expect(await page.content()).not.toContain(String(secret));
    },
    60_000,
  );

  browserTest(
    'removing a destination asks first; the change log says who did what',
    async () => {
      await open('');
      await page
        .locator('.connection', { hasText: 'Slack' })
        .first()
        .getByRole('link', { name: 'Remove …' })
        .click();
      await page.getByRole('heading', { name: /Remove .*Slack/ }).waitFor();
      await press('Remove');
      await page.getByText('Removed.', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Who changed what' }).click();
      expect(await page.locator('main').textContent()).toMatch(/destination slack removed|Slack removed/);
    },
    60_000,
  );

  browserTest(
    'a viewer sees what is connected and can change nothing',
    async () => {
      await open('', VIEWER_TOKEN);
      expect(await page.getByRole('link', { name: /Change|Remove|New / }).count()).toBe(0);
      await page.goto(`${receiver.url}/console/connections/new/source`);
      await page.locator('#name').fill('sneaky');
      await press('Save');
      await page.getByText('Read-only session').waitFor();
    },
    60_000,
  );

  browserTest(
    'axe-core finds no violation on the pages of connections, and they fit a phone',
    async () => {
      await open('');
      const change = page.locator('.connection').getByRole('link', { name: 'Change' }).first();
      const changing = await change.getAttribute('href');
      const paths = [
        '',
        '/changes',
        '/new/destination/slack',
        '/new/destination/email',
        '/new/route',
        '/new/source',
      ];
      for (const path of [
        ...paths.map((each) => `/console/connections${each}`),
        changing,
        `${changing}/remove`,
      ]) {
        await page.goto(receiver.url + path);
        expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
        await page.setViewportSize({ width: 375, height: 800 });
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 375]);
        await page.setViewportSize({ width: 1000, height: 800 });
      }
    },
    90_000,
  );
});
