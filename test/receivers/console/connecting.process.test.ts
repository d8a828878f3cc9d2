import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { CONNECTED_KINDS } from '../../../receivers/destinations/index.ts';
import { startFakeDiscord } from '../../fakes/discord.ts';
import { startFakeGoogleChat } from '../../fakes/google-chat.ts';
import { startFakeGoogleSheets } from '../../fakes/google-sheets.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { startFakeSlack } from '../../fakes/slack.ts';
import { startFakeSmtp } from '../../fakes/smtp.ts';
import { startFakeTeams } from '../../fakes/teams.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { until } from '../../fixtures/until.ts';
import { accessibilityFaults, browserTest, closeBrowser, openConsole, TOKEN } from './browser.ts';

/** How a person connects one kind of destination, by the labels of its form. */
interface Connecting {
  /** Fields that are wrong at first. */
  wrong: Record<string, string>;
  /** What the form or the other side says about them. */
  complaint: RegExp;
  /** The right ones. Those in `more` are behind “More”. */
  right: Record<string, string>;
  more?: Record<string, string>;
  /** What has arrived at the other side, as text. */
  arrived(): string;
  /** What must not be shown anywhere after it was saved. */
  secret: string | null;
  close(): Promise<void>;
}

/** The other sides, one for each kind that can be connected. */
const OTHER_SIDES: Readonly<Record<string, () => Promise<Connecting>>> = {
  async slack() {
    const slack = await startFakeSlack();
    return {
      wrong: { Token: 'xoxb-a-wrong-token', Channel: '#experiments' },
      complaint: /invalid_auth|token/,
      right: { Token: slack.token, Channel: '#experiments' },
      more: { 'API URL': slack.url },
      arrived: () => JSON.stringify(slack.inChannel()),
      secret: slack.token,
      close: () => slack.close(),
    };
  },
  async sheets() {
    const sheets = await startFakeGoogleSheets();
    return {
      wrong: { 'Service account key': '{"type":"service_account"}', 'Spreadsheet ID': sheets.spreadsheet.id },
      complaint: /key/i,
      right: { 'Service account key': sheets.serviceAccountKey, 'Spreadsheet ID': sheets.spreadsheet.id },
      more: { 'API root URL': sheets.url },
      arrived: () =>
        sheets.spreadsheet.tabs.includes('Intelligems')
          ? JSON.stringify(sheets.spreadsheet.shown('Intelligems'))
          : '',
      secret: JSON.parse(sheets.serviceAccountKey).private_key.slice(40, 80),
      close: () => sheets.close(),
    };
  },
  async email() {
    const smtp = await startFakeSmtp();
    return {
      wrong: { 'SMTP URL': smtp.url, From: 'no address', To: 'team@example.com' },
      complaint: /address/i,
      right: { 'SMTP URL': smtp.url, From: 'Experiments <experiments@example.com>', To: 'team@example.com' },
      arrived: () => smtp.mails.map(({ raw }) => String(raw)).join('\n'),
      secret: null,
      close: () => smtp.close(),
    };
  },
  async http() {
    const own = await startFakeOwnApi();
    return {
      wrong: { URL: 'not a URL' },
      complaint: /http/,
      right: { URL: own.url },
      more: { 'Allow private': 'Yes' },
      arrived: () => own.requests.map(({ body }) => body).join('\n'),
      secret: null,
      close: () => own.close(),
    };
  },
  async teams() {
    const teams = await startFakeTeams();
    return {
      wrong: { 'Webhook URL': teams.webhookUrl.replace('signature', 'another') },
      complaint: /401|refused|URL/,
      right: { 'Webhook URL': teams.webhookUrl },
      arrived: () => JSON.stringify(teams.cards),
      secret: 'signature-of-the-workflow',
      close: () => teams.close(),
    };
  },
  async discord() {
    const discord = await startFakeDiscord();
    return {
      wrong: { 'Webhook URL': `${discord.webhookUrl}wrong` },
      complaint: /webhook/i,
      right: { 'Webhook URL': discord.webhookUrl },
      arrived: () => JSON.stringify(discord.messages),
      secret: discord.webhookUrl.split('/').at(-1) as string,
      close: () => discord.close(),
    };
  },
  async googlechat() {
    const chat = await startFakeGoogleChat();
    return {
      wrong: { 'Webhook URL': chat.webhookUrl.replace('key=', 'key=wrong') },
      complaint: /URL|key/,
      right: { 'Webhook URL': chat.webhookUrl },
      arrived: () => JSON.stringify(chat.messages),
      secret: new URL(chat.webhookUrl).searchParams.get('token'),
      close: () => chat.close(),
    };
  },
};

describe('connecting from nothing in a browser', () => {
  const home = temporaryFolder();
  let receiver: ReceiverHere;
  let intelligems: FakeIntelligems;
  let page: Page;
  let other: Connecting | undefined;

  beforeAll(async () => {
    intelligems = await startFakeIntelligems();
    receiver = await ReceiverHere.start({
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: TOKEN,
      INTELLIGEMS_API_URL: intelligems.url,
    });
  });
  afterEach(async () => {
    await page?.close();
    await other?.close();
  });
  afterAll(async () => {
    await closeBrowser();
    await receiver?.stop();
    await intelligems?.close();
    home.remove();
  });

  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const fill = async (fields: Record<string, string>): Promise<void> => {
    for (const [label, value] of Object.entries(fields)) {
      // The label of an optional field says so after its name.
      const field = page.getByLabel(new RegExp(`^${label}( optional)?$`));
      if ((await field.evaluate((element) => element.tagName)) === 'SELECT') {
        await field.selectOption({ label: value });
      } else {
        await field.fill(value);
      }
    }
  };

  browserTest.each(CONNECTED_KINDS.map(({ kind, title }) => [title, kind]))(
    '%s is connected: a wrong input is explained, a test message arrives, and it is saved',
    async (title, kind) => {
      const start = OTHER_SIDES[kind];
      if (start === undefined) {
        throw new Error(`Say in OTHER_SIDES how a person connects ${title}.`);
      }
      other = await start();
      page = await openConsole(receiver.url, { path: `/connections/new/destination/${kind}` });
      if (other.more !== undefined) {
        await page.locator('summary', { hasText: 'More' }).first().click();
        await fill(other.more);
      }
      await fill(other.wrong);
      await press('Send a test');
      await page.locator('form[data-draft]', { hasText: other.complaint }).waitFor();
      expect(other.arrived()).not.toContain('Test from the console');
      expect(await accessibilityFaults(page)).toEqual([]);
      await fill(other.right);
      await press('Send a test');
      await page.locator('#outcome', { hasText: /The test was sent/ }).waitFor();
      await until(other.arrived, (text) => /Test from the console/.test(text));
      await press('Save');
      await page.getByText('Saved. It works from now on.').waitFor();
      await page.locator('.connection', { hasText: title }).first().waitFor();
      expect(other.secret === null || !(await page.content()).includes(other.secret)).toBe(true);
    },
    60_000,
  );

  browserTest(
    'a source with an access token is connected: a wrong token is explained, the right one checked',
    async () => {
      page = await openConsole(receiver.url, { path: '/connections/new/source' });
      await page.locator('#name').fill('alpine');
      const more = page.locator('summary', { hasText: 'More' }).first();
      if ((await more.count()) > 0) {
        await more.click();
      }
      await fill({ 'Access token': 'a-wrong-token' });
      await press('Check');
      await page.locator('form[data-draft]', { hasText: /401|token/ }).waitFor();
      await page.locator('.finding-fault').first().waitFor();
      await fill({ 'Access token': intelligems.token });
      await press('Check');
      await page.locator('.finding-ok').first().waitFor();
      expect(await page.locator('.finding-fault').count()).toBe(0);
      await press('Save');
      await page.getByText('is ready').waitFor();
      expect(await page.content()).not.toContain(intelligems.token);
    },
    60_000,
  );

  browserTest(
    'a key for Zapier is made, shown once, and opens the receiver to the Zapier app',
    async () => {
      page = await openConsole(receiver.url, { path: '/zapier' });
      await page.getByLabel('Name').fill('Marketing');
      await press('Make a key');
      const key = String(await page.locator('.copyable code').last().textContent());
      const connect = (token: string) =>
        fetch(`${receiver.url}/zapier/connection`, { headers: { authorization: `Bearer ${token}` } });
      expect((await connect(`${key}x`)).status).toBe(401);
      expect((await connect(key)).status).toBe(200);
      await page.goto(`${receiver.url}/console/zapier`);
      await page.getByText('Marketing').first().waitFor();
      expect(await page.content()).not.toContain(key);
      expect(await accessibilityFaults(page)).toEqual([]);
    },
    60_000,
  );
});
