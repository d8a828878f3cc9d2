import { type Html, html, when } from './html.ts';

/** The form for the token. A link with the token after # fills it in. */
export function loginContent(next: string, fault: string | null): Html {
  return html`<article class="door">
  <h1>Sign in to the console</h1>
  ${when(fault, () => html`<p class="fault" role="alert">${fault}</p>`)}
  <form method="post" action="/console/login" id="door">
    <input type="hidden" name="next" value="${next}">
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus aria-describedby="token-help">
    <p id="token-help" class="help">The receiver printed a link with the token when it first started. The token is also in the file <code>console-token</code> in its data folder, unless CONSOLE_TOKEN is set.</p>
    <button>Sign in</button>
  </form>
</article>`;
}
