/**
 * Makes the picture of the Slack card for the README, from what the renderer really makes:
 * `npm exec -- node test/pictures/slack-card.ts` writes .github/pictures/slack-card.png.
 * CHROMIUM names the browser's program; without it, /usr/bin/chromium.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { blocksHtml, escapeHtml, type Reader } from '../../receivers/console/pages/block-kit.ts';
import { SLACK_STYLE } from '../../receivers/console/pages/slack-look.ts';
import type { Results, VariationResult } from '../../receivers/contract/experience.ts';
import type { SlackMessage } from '../../receivers/destinations/slack/blocks.ts';
import { renderCard, renderReply } from '../../receivers/destinations/slack/render.ts';
import { experienceState } from '../../receivers/experience/state.ts';
import { sampleMessage } from '../fixtures/messages.ts';

const PICTURE = fileURLToPath(new URL('../../.github/pictures/slack-card.png', import.meta.url));

const NOW = Date.UTC(2026, 8, 24, 15, 20);

const READER: Reader = {
  timeZone: 'America/New_York',
  now: NOW,
  names: new Map([
    ['U0MAYA000', 'Maya'],
    ['U0JONAS00', 'Jonas'],
  ]),
};

const PEOPLE = new Map([
  ['maya@alpine-goods.example', 'U0MAYA000'],
  ['jonas@alpine-goods.example', 'U0JONAS00'],
]);

const UNKNOWN: Omit<VariationResult, 'id' | 'name' | 'isControl'> = {
  visitors: null,
  orders: null,
  conversion: null,
  revenuePerVisitor: null,
  profitPerVisitor: null,
  uplift: null,
  probabilityToBeatBaseline: null,
};

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Price −5% is likely better: 87% chance to beat the control.',
  currency: 'USD',
  monthlyRevenue: 4210,
  chart: null,
  variations: [
    {
      ...UNKNOWN,
      id: 'control',
      name: 'Control',
      isControl: true,
      visitors: 14_210,
      orders: 424,
      conversion: 0.0298,
      revenuePerVisitor: 2.41,
    },
    {
      ...UNKNOWN,
      id: 'lower',
      name: 'Price −5%',
      isControl: false,
      visitors: 6880,
      orders: 241,
      conversion: 0.035,
      revenuePerVisitor: 2.63,
      uplift: { value: 0.091, low: -0.02, high: 0.21 },
      probabilityToBeatBaseline: 0.87,
    },
  ],
};

const links = {
  intelligems: 'https://app.example.com/experiences/7c0d9a54',
  console: 'https://receiver.example.com/console/events/1',
};

const end = sampleMessage('end', { results: RESULTS, links });
const card = renderCard({ ...end, state: experienceState(end.history, NOW) }, PEOPLE);
const replies = (['start', 'update', 'pause', 'end'] as const).map((name) => {
  const message = sampleMessage(name, { changes: sampleMessage(name).changes });
  return { at: message.receivedAt, content: renderReply(message, PEOPLE) };
});

const html = page(
  `<main>
    <section class="channel">
      <div class="bar"># experiments</div>
      ${post(card, sampleMessage('create').receivedAt)}
      <div class="thread-link"><span class="avatar small"></span><b>${replies.length} replies</b> <span>Last reply today at ${clock(end.receivedAt)}</span></div>
    </section>
    <section class="thread">
      <div class="bar">Thread <small># experiments</small></div>
      ${replies.map(({ at, content }) => post(content, at)).join('')}
    </section>
  </main>`,
);

const profile = mkdtempSync(join(tmpdir(), 'slack-card-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  viewport: { width: 1180, height: 700 },
  deviceScaleFactor: 2,
});
try {
  const tab = await browser.newPage();
  await tab.setContent(html);
  mkdirSync(join(PICTURE, '..'), { recursive: true });
  await tab.locator('main').screenshot({ path: PICTURE });
  console.log(`Wrote ${PICTURE}`);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}

function post({ blocks }: SlackMessage, at: number): string {
  return `<article>
    <span class="avatar"></span>
    <div>
      <div class="who"><b>Experiments</b> <span class="app">APP</span> <time>${escapeHtml(clock(at))}</time></div>
      ${blocksHtml(blocks, READER)}
    </div>
  </article>`;
}

function clock(ms: number): string {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: READER.timeZone,
    hour: 'numeric',
    minute: '2-digit',
  }).format(ms);
}

function page(body: string): string {
  return `<!doctype html><meta charset="utf-8"><style>
    ${SLACK_STYLE}
    main { display: grid; grid-template-columns: 690px 470px; width: 1160px; border: 1px solid #ddd; }
    .bar { font-weight: 800; font-size: 17px; padding: 13px 20px; border-bottom: 1px solid #e6e6e6; margin-bottom: 10px; }
    .bar small { font-weight: 400; color: #616061; font-size: 13px; margin-left: 6px; }
    .thread { border-left: 1px solid #e6e6e6; }
    article { padding: 8px 20px; }
    .avatar.small { width: 22px; height: 22px; border-radius: 5px; display: inline-block; vertical-align: middle; margin-right: 8px; }
    time, .thread-link span { color: #616061; font-size: 12px; }
    .thread-link { padding: 2px 20px 14px 66px; }
    .thread-link b { color: #1264a3; font-size: 13px; margin-right: 6px; }
  </style>${body}`;
}
