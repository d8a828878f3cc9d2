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
import type { Results, VariationResult } from '../../receivers/contract/experience.ts';
import type { SlackMessage } from '../../receivers/destinations/slack/blocks.ts';
import { renderCard, renderReply } from '../../receivers/destinations/slack/render.ts';
import { experienceState } from '../../receivers/experience/state.ts';
import { sampleMessage } from '../fixtures/messages.ts';
import { blocksHtml, escapeHtml, type Reader } from './block-kit.ts';

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
  summary: 'Price −5 % is likely better: 87 % chance to beat the control.',
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
      name: 'Price −5 %',
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
    body { margin: 0; background: #fff; }
    main { display: grid; grid-template-columns: 690px 470px; width: 1160px; font: 15px/1.47 Lato, "Noto Sans", "Liberation Sans", sans-serif; color: #1d1c1d; background: #fff; border: 1px solid #ddd; }
    .bar { font-weight: 800; font-size: 17px; padding: 13px 20px; border-bottom: 1px solid #e6e6e6; margin-bottom: 10px; }
    .bar small { font-weight: 400; color: #616061; font-size: 13px; margin-left: 6px; }
    .thread { border-left: 1px solid #e6e6e6; }
    article { display: grid; grid-template-columns: 36px 1fr; gap: 10px; padding: 8px 20px; }
    .avatar { width: 36px; height: 36px; border-radius: 7px; background: linear-gradient(90deg, #fff0 22%, #7fd1c0 22% 36%, #fff0 36% 45%, #f4b860 45% 59%, #fff0 59% 68%, #fff 68% 82%, #fff0 82%) 0 0 / 100% 100%, #1f2a44; }
    .avatar.small { width: 22px; height: 22px; border-radius: 5px; display: inline-block; vertical-align: middle; margin-right: 8px; }
    .who b { font-weight: 800; }
    .app { background: #e8e8e8; color: #616061; font-size: 10px; font-weight: 700; border-radius: 2px; padding: 1px 3px; vertical-align: 1px; }
    time, .thread-link span { color: #616061; font-size: 12px; }
    .header { font-size: 18px; font-weight: 800; margin: 6px 0 4px; }
    .line { white-space: pre-wrap; margin: 3px 0; }
    .rich { margin: 4px 0; }
    code { font: 12px/1.5 "DejaVu Sans Mono", monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px; letter-spacing: -0.5px; }
    pre { font: 12px/1.5 "DejaVu Sans Mono", monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; margin: 6px 0; white-space: pre; }
    ul { margin: 2px 0; padding-left: 26px; }
    .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 24px; margin: 8px 0; max-width: 560px; }
    .context { color: #616061; font-size: 12px; margin: 8px 0; }
    .mention { background: #e8f5fa; color: #1264a3; border-radius: 3px; padding: 0 2px; }
    .context .mention { background: none; padding: 0; }
    .line a { color: #1264a3; text-decoration: none; }
    .emoji { width: 20px; height: 20px; vertical-align: -4px; }
    .thread-link { padding: 2px 20px 14px 66px; }
    .thread-link b { color: #1264a3; font-size: 13px; margin-right: 6px; }
  </style>${body}`;
}
