import { Idiomorph } from './idiomorph.js';
import { localiseTimes } from './times.js';

/** Attributes that a person has changed stay. */
const KEPT = { open: true, value: true, checked: true };

const OUT_OF_DATE = 'The receiver does not respond. This page may be out of date.';

/** Reloads the page in the background whenever something has changed, and replaces its live parts. */
export function keepLive() {
  const shown = document.getElementById('live');
  if (document.querySelector('[data-live]') === null || shown === null) {
    shown?.remove();
    return;
  }
  const page = refreshed(shown);
  /** @type {EventSource | null} */
  let source = null;

  function listen() {
    source = new EventSource(new URL('../../live', import.meta.url));
    source.addEventListener('open', () => {
      shown.textContent = 'Live: changes appear automatically.';
      page.refreshIfDue();
    });
    source.addEventListener('error', () => {
      const closed = source?.readyState === EventSource.CLOSED;
      shown.textContent = closed ? 'No longer live. Reload the page.' : OUT_OF_DATE;
      page.setDue();
    });
    source.addEventListener('changed', page.refresh);
  }

  listen();
  // A browser opens few connections to one address, so hidden pages close theirs.
  document.addEventListener('visibilitychange', () => {
    source?.close();
    if (!document.hidden) {
      page.setDue();
      listen();
    }
  });
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', ({ persisted }) => persisted && listen());
}

/**
 * Loads the page again, one load at a time, and not while it is hidden.
 *
 * @param {HTMLElement} shown where a failure is shown
 */
function refreshed(shown) {
  let loading = false;
  // Once the stream is open, load what has changed since the page was sent.
  let due = true;

  async function refresh() {
    if (loading || document.hidden) {
      due = true;
      return;
    }
    loading = true;
    due = false;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (answer.ok && !answer.redirected) {
        takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      }
    } catch {
      shown.textContent = OUT_OF_DATE;
    }
    loading = false;
    if (due && !document.hidden) {
      refresh();
    }
  }

  return {
    refresh,
    refreshIfDue: () => due && refresh(),
    setDue() {
      due = true;
    },
  };
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
