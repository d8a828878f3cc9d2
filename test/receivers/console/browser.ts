import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { BROWSER_FOUND, startBrowser } from '../../fixtures/browser.ts';

/** The console's token in tests. */
export const TOKEN = 'the-token-of-the-tests';
export const VIEWER_TOKEN = 'the-token-for-reading';

/** A test in a real browser; skipped where there is none, and counted as skipped. */
export const browserTest = BROWSER_FOUND ? test : test.skip;

let browser: ReturnType<typeof startBrowser> | undefined;

/** A page that came in by the link with the token. What the page says against its policy fails the test. */
export async function openConsole(
  url: string,
  options: BrowserContextOptions & { token?: string; path?: string } = {},
): Promise<Page> {
  const { token = TOKEN, path = '', ...context } = options;
  browser ??= startBrowser();
  const opened = await (await browser).newContext({ locale: 'en-GB', timezoneId: 'UTC', ...context });
  const page = await opened.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${url}/console/login?next=${encodeURIComponent(`/console${path}`)}#${token}`);
  await page.waitForURL(`${url}/console${path}`);
  return page;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with the page as it is shown, a line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // The policy of the page forbids it to load axe; the debugger of the browser may.
  const results = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`);
  const { violations } = results as {
    violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
