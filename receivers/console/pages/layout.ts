import { PRODUCT } from '../../base/product.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import type { Role } from '../access/session.ts';
import { assetVersion } from '../browser/assets.ts';
import { type Content, Html, html, when } from './html.ts';

/** What every page knows. */
export interface PageContext {
  role: Role;
  /** The path below /console, for the navigation: `/events`. */
  path: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Everything that takes deliveries, or still has some. */
  destinations: readonly DestinationReport[];
  /** The number of dead letters. */
  dead: number;
  /** What was just done, in a sentence; null for nothing. */
  notice: string | null;
}

export interface Page {
  title: string;
  content: Html;
}

const PAGES = [
  ['/', 'Overview'],
  ['/set-up', 'Set-up'],
  ['/connections', 'Connections'],
  ['/events', 'Events'],
  ['/experiences', 'Experiences'],
  ['/dead-letters', 'Dead letters'],
  ['/refused', 'Refused'],
] as const;

/** The address of a file that pages load. */
function assetPath(name: string): string {
  return `/console/assets/${assetVersion()}/${name}`;
}

/** A whole page of the console as an HTML document. */
export function document(page: Page, context: PageContext): string {
  return frame(
    page.title,
    ['console.js'],
    html`<a class="skip" href="#main">Skip to the content</a>
<header class="top">
  <div class="bar">
    <a class="brand" href="/console"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 5h7l2 4 2-4h7M3 12h6m6 0h6M3 19h7l2-4 2 4h7" /></svg><span>Receivers</span></a>
    <nav aria-label="Pages"><ul>
      ${PAGES.map(([path, title]) => navigationItem(path, title, context))}
    </ul></nav>
    <form class="leave" method="post" action="/console/leave"><button class="quiet">${context.role === 'viewer' ? 'Sign out (read-only)' : 'Sign out'}</button></form>
  </div>
</header>
<main id="main" tabindex="-1">
  ${when(context.notice, () => html`<p class="notice" role="status">${context.notice}</p>`)}
  ${page.content}
</main>
<footer class="bottom"><p><span id="live" class="live" role="status">Not live: reload to see changes.</span> <a href="/console/api/openapi.json">API</a> Version ${PRODUCT.version}</p></footer>`,
  );
}

/** A page without the navigation: the login, or an error. */
export function bareDocument(title: string, scripts: readonly string[], content: Html): string {
  return frame(title, scripts, html`<main id="main" class="bare">${content}</main>`);
}

function frame(title: string, scripts: readonly string[], body: Html): string {
  return html`${DOCTYPE}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Receivers</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetPath('base.css')}">
<link rel="stylesheet" href="${assetPath('uplot.css')}">
<link rel="stylesheet" href="${assetPath('console.css')}">
<link rel="stylesheet" href="${assetPath('forms.css')}">
${scripts.map((name) => html`<script type="module" src="${assetPath(name)}"></script>`)}
</head>
<body>
${body}
</body>
</html>
`.markup;
}

const DOCTYPE = new Html('<!doctype html>');

function navigationItem(path: string, title: string, context: PageContext): Content {
  const current = path === '/' ? context.path === '/' : context.path.startsWith(path);
  const badge = path === '/dead-letters' && context.dead > 0;
  return html`<li><a href="/console${path === '/' ? '' : path}"${when(current, () => html` aria-current="page"`)}>${title}${when(
    badge,
    () => html` <span class="badge" id="dead-badge">${context.dead}</span>`,
  )}</a></li>`;
}
