import { Idiomorph } from './idiomorph.js';
import { localiseTimes } from './times.js';

/** What a reader has opened or typed stays. */
const KEPT = { open: true, value: true, checked: true };

/** Loads the page anew whenever the receiver says that something changed, and takes over its live parts. */
export function keepLive() {
  const shown = document.getElementById('live');
  if (document.querySelector('[data-live]') === null || shown === null) {
    shown?.remove();
    return;
  }
  let loading = false;
  // What happened while the page was on its way is caught up with once the stream is open.
  let again = true;

  async function refresh() {
    if (loading || document.hidden) {
      again = true;
      return;
    }
    loading = true;
    again = false;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (answer.ok && !answer.redirected) {
        takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      }
    } catch {
      shown.textContent = 'The receiver does not answer: what is shown may be old.';
    }
    loading = false;
    if (again && !document.hidden) {
      refresh();
    }
  }

  /** @type {EventSource | null} */
  let source = null;

  function listen() {
    source = new EventSource('/console/live');
    source.addEventListener('open', () => {
      shown.textContent = 'Live: changes appear by themselves.';
      if (again) {
        refresh();
      }
    });
    source.addEventListener('error', () => {
      shown.textContent =
        source?.readyState === EventSource.CLOSED
          ? 'Not live any more: reload the page.'
          : 'The receiver does not answer: what is shown may be old.';
      again = true;
    });
    source.addEventListener('changed', refresh);
  }

  listen();
  // A browser keeps few connections to one address: pages that nobody sees give theirs back.
  document.addEventListener('visibilitychange', () => {
    source?.close();
    if (!document.hidden) {
      again = true;
      listen();
    }
  });
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', ({ persisted }) => persisted && listen());
}

/** @param {Document} fresh */
function takeOver(fresh) {
  localiseTimes(fresh);
  for (const part of document.querySelectorAll('[data-live][id]')) {
    const next = fresh.getElementById(part.id);
    if (next !== null && next.outerHTML !== part.outerHTML) {
      Idiomorph.morph(part, next, {
        callbacks: { beforeAttributeUpdated: (name) => KEPT[name] !== true },
      });
    }
  }
}
