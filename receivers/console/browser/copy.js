/** How long a button says that it has copied, milliseconds. */
const SAID_MS = 2_000;

/** Lets every button with `data-copy` copy that text. */
export function listenForCopies() {
  document.addEventListener('click', async (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    if (button !== null) {
      say(button, (await copy(button.getAttribute('data-copy'))) ? 'Copied' : 'Not copied');
    }
  });
}

/**
 * @param {Element} button
 * @param {string} words
 */
function say(button, words) {
  const before = button.textContent;
  button.textContent = words;
  button.setAttribute('aria-live', 'polite');
  setTimeout(() => {
    button.textContent = before;
  }, SAID_MS);
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http, browsers have no clipboard for scripts but this one.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
