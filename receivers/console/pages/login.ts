import { type Html, html, when } from './html.ts';

/** The door: a form for the token. A link with the token behind # fills it in. */
export function loginContent(next: string, fault: string | null): Html {
  return html`<article class="door">
  <h1>The console of this receiver</h1>
  ${when(fault, () => html`<p class="fault" role="alert">${fault}</p>`)}
  <form method="post" action="/console/login" id="door">
    <input type="hidden" name="next" value="${next}">
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus aria-describedby="token-help">
    <p id="token-help" class="help">It was in the link that the receiver printed when it first started, and is in the file <code>console-token</code> of its data folder, unless CONSOLE_TOKEN sets another.</p>
    <button>Open the console</button>
  </form>
</article>`;
}
