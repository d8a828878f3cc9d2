import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from '@jest/globals';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { BROWSER_FOUND, startBrowser } from '../../fixtures/browser.ts';

/** The console's token in tests. */
export const TOKEN = 'the-token-of-the-tests';
export const VIEWER_TOKEN = 'the-token-for-reading';

/** A test in a real browser; skipped where there is none, and counted as skipped. */
export const browserTest = BROWSER_FOUND ? test : test.skip;

let browser: ReturnType<typeof startBrowser> | undefined;

/** Browsers' profiles that came in already, by where and how: each loads what all pages need only once. */
const profiles = new Map<string, BrowserContext>();

/** A page of a profile that has no session. */
export async function openDoor(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  browser ??= startBrowser();
  const profile = await (await browser).newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  });
  profile.setDefaultTimeout(15_000);
  const page = await profile.newPage();
  await page.goto(`${url}/console/login`);
  return page;
}

/** A page of the console, in a profile that came in by the link with the token. To be closed by the test. */
export async function openConsole(
  url: string,
  options: BrowserContextOptions & { token?: string; path?: string } = {},
): Promise<Page> {
  const { token = TOKEN, path = '', ...look } = options;
  const name = JSON.stringify([url, token, look]);
  let profile = profiles.get(name);
  if (profile === undefined) {
    const door = await openDoor(url, look);
    profile = door.context();
    profiles.set(name, profile);
    await door.goto(`${url}/console/login#${token}`);
    await door.waitForURL(`${url}/console`);
    await door.close();
  }
  const page = await profile.newPage();
  await page.goto(`${url}/console${path}`);
  return page;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
  profiles.clear();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with the page as it is shown in both colour schemes, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // The policy of the page forbids it to load axe; the debugger of the browser may.
  await page.evaluate(AXE);
  await page.emulateMedia({ colorScheme: 'dark' });
  // Only colours differ between the two.
  const dark = await axeFaults(page, { runOnly: ['color-contrast', 'link-in-text-block'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...dark.map((fault) => `dark ${fault}`), ...(await axeFaults(page, {}))];
}

async function axeFaults(page: Page, options: object): Promise<string[]> {
  const asked = JSON.stringify({ ...options, resultTypes: ['violations'] });
  const results = await page.evaluate(`axe.run(document, ${asked})`);
  const { violations } = results as {
    violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
