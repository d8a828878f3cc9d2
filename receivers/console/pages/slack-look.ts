import { type Block, blocksHtml, type Reader } from './block-kit.ts';

/** A message in the preview of a Slack destination. */
export interface SlackMessage {
  /** Where it is posted: “Card”, “In its thread”. */
  where: string;
  blocks: Block[];
}

/** How Slack's desktop app shows blocks, in light and in dark. */
export const SLACK_STYLE = `
    :root { color-scheme: light dark; --text: #1d1c1d; --page: #fff; --quiet: #616061; --rule: #ddd; --box: #f8f8f8; --link: #1264a3; --code: #c01343; --mention: #e8f5fa; }
    @media (prefers-color-scheme: dark) { :root { --text: #d1d2d3; --page: #1a1d21; --quiet: #ababad; --rule: #3c3f44; --box: #222529; --link: #1d9bd1; --code: #e8912d; --mention: #1d3848; } }
    body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.47 Lato, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
    .header { font-size: 18px; font-weight: 800; margin: 6px 0 4px; }
    .line { white-space: pre-wrap; margin: 3px 0; }
    .rich { margin: 4px 0; }
    code { font: 12px/1.5 "DejaVu Sans Mono", monospace; color: var(--code); background: var(--box); border: 1px solid var(--rule); border-radius: 3px; padding: 1px 3px; letter-spacing: -0.5px; }
    pre { font: 12px/1.5 "DejaVu Sans Mono", monospace; background: var(--box); border: 1px solid var(--rule); border-radius: 4px; padding: 8px; margin: 6px 0; white-space: pre; }
    ul { margin: 2px 0; padding-left: 26px; }
    .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 24px; margin: 8px 0; max-width: 560px; }
    .context { color: var(--quiet); font-size: 12px; margin: 8px 0; }
    .actions { margin: 8px 0; }
    .button { display: inline-block; font-size: 13px; font-weight: 700; border: 1px solid var(--rule); border-radius: 4px; padding: 4px 10px; }
    .button.danger { color: #fff; background: #b3261e; border-color: #b3261e; }
    .mention { background: var(--mention); color: var(--link); border-radius: 3px; padding: 0 2px; }
    .context .mention { background: none; padding: 0; }
    .line a { color: var(--link); text-decoration: none; }
    .emoji { width: 20px; height: 20px; vertical-align: -4px; }
    article { display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 10px; padding: 8px 16px; }
    .avatar { width: 36px; height: 36px; border-radius: 7px; background: linear-gradient(90deg, #fff0 22%, #7fd1c0 22% 36%, #fff0 36% 45%, #f4b860 45% 59%, #fff0 59% 68%, #fff 68% 82%, #fff0 82%) 0 0 / 100% 100%, #1f2a44; }
    .who b { font-weight: 800; }
    .app { background: var(--rule); color: var(--text); font-size: 10px; font-weight: 700; border-radius: 2px; padding: 1px 3px; vertical-align: 1px; }
    .where { padding: 8px 16px 0; color: var(--quiet); font-size: 13px; }
    .image { display: block; max-width: 100%; margin: 6px 0; }
`;

/** The messages of a preview as a whole HTML document, for a frame without scripts. */
export function slackDocument(messages: readonly SlackMessage[], now: number): string {
  const reader: Reader = { timeZone: 'UTC', now, names: new Map() };
  const posts = messages.map(
    ({
      where,
      blocks,
    }) => `<div class="where">${where === 'Card' ? 'Card in the channel' : 'In its thread'}</div>
<article><span class="avatar"></span><div><div class="who"><b>Intelligems</b> <span class="app">APP</span></div>${blocksHtml(blocks, reader)}</div></article>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack</title><style>${SLACK_STYLE}</style><body>${posts.join('\n')}</body></html>`;
}
