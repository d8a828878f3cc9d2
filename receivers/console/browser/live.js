import { Idiomorph } from './idiomorph.js';
import { localiseTimes } from './times.js';

/** Attributes that a person has changed stay. */
const KEPT = { open: true, value: true, checked: true };

/** Reloads the page in the background whenever something has changed, and replaces its live parts. */
export function keepLive() {
  const shown = document.getElementById('live');
  if (document.querySelector('[data-live]') === null || shown === null) {
    shown?.remove();
    return;
  }
  let loading = false;
  // Once the stream is open, load what has changed since the page was sent.
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
      shown.textContent = 'The receiver does not respond. This page may be out of date.';
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
      shown.textContent = 'Live: changes appear automatically.';
      if (again) {
        refresh();
      }
    });
    source.addEventListener('error', () => {
      shown.textContent =
        source?.readyState === EventSource.CLOSED
          ? 'No longer live. Reload the page.'
          : 'The receiver does not respond. This page may be out of date.';
      again = true;
    });
    source.addEventListener('changed', refresh);
  }

  listen();
  // A browser opens few connections to one address, so hidden pages close theirs.
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
