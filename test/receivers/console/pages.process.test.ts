import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Results } from '../../../receivers/contract/experience.ts';
import { testMark } from '../../../receivers/inbound/test-mark.ts';
import { RESULTS } from '../../../receivers/intelligems/results.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { keepHealth } from '../../../receivers/monitoring/health-record.ts';
import { signWebhook } from '../../../shared/verifier.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { checkedHealth } from '../../fixtures/checked-health.ts';
import { fillLedger, type PastEvent } from '../../fixtures/filled-ledger.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { postSigned, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { until } from '../../fixtures/until.ts';
import {
  accessibilityFaults,
  browserTest,
  closeBrowser,
  openConsole,
  openDoor,
  TOKEN,
  VIEWER_TOKEN,
} from './browser.ts';

const SCRIPT = '<script>document.title = "taken"</script><img src=x onerror=alert(1)>';
const TURNED = 'Price \u202Etset\u202C اختبار';
const HAYSTACK = 10_000;
const WANTED = 4_711;

/** Many events, most of which went nowhere, and among them those that the tests look for. */
function pastEvents(): PastEvent[] {
  const now = Date.now();
  const many = Array.from(
    { length: HAYSTACK },
    (_, index): PastEvent => ({
      sample: 'start',
      experienceId: `experience-${index}`,
      name: `Experience number ${index}`,
      at: now - (HAYSTACK - index) * 60_000,
      ...(index !== WANTED && { destinations: [] }),
    }),
  );
  return [
    ...many,
    { sample: 'start', experienceId: 'scripted', name: SCRIPT, at: now - 50_000 },
    { sample: 'start', experienceId: 'turned', name: TURNED, at: now - 40_000 },
    { sample: 'start', experienceId: 'dead', name: 'Backpack price test', at: now - 30_000 },
  ];
}

const WON: Results = {
  verdict: 'strong_win',
  summary: 'Price −5% sells more.',
  variations: [
    {
      id: 'control',
      name: 'Control',
      isControl: true,
      visitors: 12_000,
      orders: 300,
      conversion: 0.025,
      revenuePerVisitor: 2.1,
      profitPerVisitor: null,
      uplift: null,
      probabilityToBeatBaseline: null,
    },
  ],
  currency: 'USD',
  monthlyRevenue: 4_000,
  chart: null,
};

const PATHS = [
  '',
  '/set-up',
  '/events',
  '/events/replay',
  '/events/replay?from=2026-01-01T00:00&to=http&search=Backpack',
  '/experiences',
  '/test-experiences',
  '/dead-letters',
  '/dead-letters/replay?destination=http',
  '/dead-letters/dismiss?destination=http',
  '/refused',
  '/zapier',
];

afterAll(closeBrowser);

describe('the console in a browser', () => {
  const home = temporaryFolder();
  let api: FakeOwnApi;
  let receiver: ReceiverHere;

  beforeAll(async () => {
    api = await startFakeOwnApi();
    await fillLedger(home.folder, pastEvents(), ['http'], ({ event }) =>
      event.experienceId === 'dead'
        ? {
            type: 'dead',
            reason: 'Your API answered 410. Correct FORWARD_URL, then replay.',
            answer: 'Gone <b>away</b>',
          }
        : { type: 'done' },
    );
    const ledger = await SqliteLedger.open(home.folder);
    await ledger.remember(RESULTS, { 'results:default:experience-1': JSON.stringify(WON) });
    await keepHealth(ledger, 'default', 'experience-1', checkedHealth());
    await ledger.close();
    receiver = await ReceiverHere.start({
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: TOKEN,
      CONSOLE_VIEWER_TOKEN: VIEWER_TOKEN,
      FORWARD_URL: api.url,
      FORWARD_ALLOW_PRIVATE: 'true',
      ZAPIER_API_KEY: 'a-key-of-thirty-two-characters-00',
    });
    await postSigned(receiver.url, sampleBody('start'), { secret: 'a-forged-secret' });
  }, 120_000);

  afterAll(async () => {
    await receiver?.stop();
    await api?.close();
    home.remove();
  });

  browserTest(
    'a dead letter is sent again from its page, after the console has said what will happen',
    async () => {
      const page = await openConsole(receiver.url, { path: '/dead-letters' });
      const card = page.getByRole('article').filter({ hasText: 'Your API answered 410' });
      await card.getByRole('button', { name: 'Send again …' }).click();
      expect(await page.locator('main').textContent()).toContain(
        '1 message to Your own API will be tried again',
      );
      await page.getByRole('button', { name: 'Send again' }).click();
      await page.getByText('None. Everything was delivered').waitFor();
      await until(
        () => api.requests.map(({ body }) => JSON.parse(body).experience.name),
        (names) => names.includes('Backpack price test'),
      );
      await page.close();
    },
  );

  browserTest(
    'the event list finds one of ten thousand events, and its page shows the deliveries',
    async () => {
      const page = await openConsole(receiver.url, { path: '/events' });
      await page.getByRole('searchbox', { name: 'Search' }).fill(`number ${WANTED}`);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('.event').first().click();
      expect(await page.locator('h1').textContent()).toMatch(
        new RegExp(`Experience number ${WANTED}\\s+was started`),
      );
      expect(await page.locator('#deliveries').textContent()).toContain('delivered');
      await page.getByRole('searchbox', { name: 'Find' }).fill('percentage');
      expect(await page.locator('output').textContent()).toMatch(/^1 of \d+$/);
      await page.close();
    },
  );

  browserTest('the page of an experience shows its results', async () => {
    const page = await openConsole(receiver.url, { path: '/experiences/experience-1' });
    const results = page.getByRole('region', { name: 'Results', exact: true });
    await results.getByText('Strong win').waitFor();
    expect(await results.textContent()).toContain('Price −5% sells more.');
    expect(await results.getByRole('cell').allTextContents()).toContain('12,000');
    await page.close();
  });

  browserTest('the page of an experience shows its health, and a check can be muted', async () => {
    const page = await openConsole(receiver.url, { path: '/experiences/experience-1' });
    const health = page.getByRole('region', { name: 'Health' });
    await health.getByText('There is 1 alarm.').waitFor();
    const split = health.getByRole('listitem').filter({ hasText: 'Split of visitors' });
    expect(await split.textContent()).toContain('“Control” got 55% of the visitors instead of 50%');
    await health.getByText('As a table').first().click();
    const table = health.getByRole('region', { name: 'Visitors of each variation' });
    expect(await table.getByRole('cell').allTextContents()).toContain('1,100');
    await health.getByText('Mute checks').click();
    await health.getByRole('checkbox', { name: 'Split of visitors' }).check();
    await health.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Muted checks are shown here, and not reported.').waitFor();
    expect(await split.textContent()).toContain('muted');
    await page.close();
  });

  browserTest('an event list without a match has one link back to all events', async () => {
    const page = await openConsole(receiver.url, { path: '/events?search=nowhere-to-be-found' });
    await page.getByText('No events match.').waitFor();
    expect(await page.getByRole('link', { name: /Show all/ }).allTextContents()).toEqual(['Show all events']);
    await page.close();
  });

  browserTest('the event list has a link to older events', async () => {
    const page = await openConsole(receiver.url, { path: '/events' });
    await page.getByRole('link', { name: 'Older events' }).click();
    await page.getByRole('link', { name: 'Newest' }).waitFor();
    expect(await page.locator('.event').count()).toBe(50);
    await page.close();
  });

  browserTest(
    'markup in a name stays text, and marks that change its direction are written out',
    async () => {
      const page = await openConsole(receiver.url, { path: '/events' });
      const rows = await page.locator('.event bdi').allInnerTexts();
      expect(rows).toContain(SCRIPT);
      expect(rows).toContain('Price [U+202E]tset[U+202C] اختبار');
      await page.getByText(SCRIPT).first().click();
      await page.locator('#payload').waitFor();
      expect(await page.title()).toContain('<script>');
      expect(await page.locator('main img, main script').count()).toBe(0);
      await page.close();
    },
  );

  browserTest('an event can be found and sent again by keyboard alone', async () => {
    const page = await openConsole(receiver.url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    const reach = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() =>
          document.activeElement === document.body ? '' : (document.activeElement?.textContent?.trim() ?? ''),
        );
        if (focused.includes(name)) {
          return;
        }
      }
      throw new Error(`${name} was not reached`);
    };
    await page.goto(`${receiver.url}/console`);
    await reach('Events');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/events');
    await reach('Backpack price test');
    await page.keyboard.press('Enter');
    await page.locator('#payload').waitFor();
    await reach('Send again …');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await reach('Continue');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/replay?to=http');
    await reach('Send again');
    await page.keyboard.press('Enter');
    await page.getByText('Sending it again.').waitFor();
    await page.close();
  });

  browserTest('axe-core finds no violation on any page of the console, light and dark', async () => {
    const page = await openConsole(receiver.url);
    const event = await page.locator('.event').first().getAttribute('href');
    const experience = '/experiences/experience-1';
    const faults: string[] = [];
    const ownPath = (event ?? '').replace('/console', '');
    for (const path of [...PATHS, experience, ownPath, `${ownPath}/replay?to=http`, '/nothing', '/login']) {
      await page.goto(`${receiver.url}/console${path}`);
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${path} ${fault}`));
    }
    expect(faults).toEqual([]);
    await page.close();
  });

  browserTest('no page of the console is wider than the screen of a phone', async () => {
    const page = await openConsole(receiver.url, { viewport: { width: 360, height: 740 }, hasTouch: true });
    const event = await page.locator('.event').first().getAttribute('href');
    for (const path of [...PATHS, (event ?? '').replace('/console', '')]) {
      await page.goto(`${receiver.url}/console${path}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect({ path, width }).toEqual({ path, width: 360 });
    }
    await page.close();
  });

  browserTest(
    'the pages of the console cause no browser errors and load nothing from other sites',
    async () => {
      const page = await openConsole(receiver.url);
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!/^(data|about):/.test(request.url()) && !request.url().startsWith(receiver.url)) {
          complaints.push(request.url());
        }
      });
      const event = await page.locator('.event').first().getAttribute('href');
      for (const path of [...PATHS, `${(event ?? '').replace('/console', '')}?preview=email`]) {
        await page.goto(`${receiver.url}/console${path}`, { waitUntil: 'load' });
      }
      await page
        .frameLocator('iframe')
        .locator('body')
        .getByText('Backpack')
        .first()
        .waitFor({ state: 'attached' });
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  browserTest('a viewer sees the pages of the console and cannot change anything', async () => {
    const page = await openConsole(receiver.url, { token: VIEWER_TOKEN, path: '/set-up' });
    expect(await page.getByText('Your session is read-only.').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
    await page.goto(`${receiver.url}/console/events?search=Backpack`);
    const event = await page.locator('.event').first().getAttribute('href');
    await page.goto(`${receiver.url}${event}/replay?to=http`);
    await page.getByText('What will happen').waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    await page.close();
  });
});

describe('set-up in a browser, from nothing to green', () => {
  const home = temporaryFolder();
  let receiver: ReceiverHere;

  beforeAll(async () => {
    receiver = await ReceiverHere.start({ DATA_DIR: home.folder, CONSOLE_TOKEN: TOKEN });
  });

  afterAll(async () => {
    await receiver?.stop();
    home.remove();
  });

  browserTest(
    'the set-up page ignores tests, explains a refused request, and turns green with the first webhook',
    async () => {
      const page = await openConsole(receiver.url, { path: '/set-up' });
      const check = page.locator('#check');
      await check.getByText('Waiting for the first verified webhook').waitFor();
      expect(await page.locator('.copyable code').first().textContent()).toBe(
        `${receiver.url}/webhooks/intelligems`,
      );
      await page.getByText('Live: changes appear automatically.').waitFor();

      const body = sampleBody('create');
      await postSigned(receiver.url, body, { headers: { 'x-receiver-test': testMark(body, SECRET) } });
      await page.goto(`${receiver.url}/console/events`);
      await page.locator('.tag').getByText('test').waitFor();
      await page.goto(`${receiver.url}/console/set-up`);
      await check.getByText('Waiting for the first verified webhook').waitFor();
      await page.getByText('Live: changes appear automatically.').waitFor();

      const written = Buffer.from(JSON.stringify(JSON.parse(sampleBody('start').toString()), null, 4));
      await postSigned(receiver.url, written, {
        headers: {
          'x-intelligems-signature': signWebhook(
            JSON.stringify(JSON.parse(written.toString())),
            'a-secret-for-tests',
          ),
        },
      });
      await check.getByText('A request was refused').waitFor();
      expect(await check.textContent()).toContain(
        'The body was parsed as JSON and written again on its way.',
      );

      await receiver.post(sampleBody('start'));
      await check.getByText('Webhooks arrive, and their signatures match').waitFor();
      await page.goto(`${receiver.url}/console/refused`);
      expect(await page.locator('main').textContent()).toContain('written again on its way');
      await page.close();
    },
  );

  browserTest('the link with the token signs in where the login page is already open', async () => {
    const page = await openDoor(receiver.url);
    await page.goto(`${receiver.url}/console/login#${TOKEN}`);
    await page.waitForURL(`${receiver.url}/console`);
    expect(await page.title()).toBe('Overview · Receivers');
    await page.context().close();
  });

  browserTest(
    'a test event from the set-up page is marked as a test, and says that it was only printed',
    async () => {
      const page = await openConsole(receiver.url, { path: '/set-up' });
      await page.getByRole('button', { name: 'Send a test event' }).click();
      await page.getByText('The test event was accepted.').waitFor();
      await page.locator('#deliveries').getByText('printed in the log').waitFor();
      expect(await page.locator('.tag').first().textContent()).toBe('test');
      expect(await page.locator('#payload').count()).toBe(1);
      expect(await page.getByText('0 headers').count()).toBe(0);
      await page.close();
    },
  );
});
