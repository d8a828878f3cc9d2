/** Milliseconds for which a button says “Copied”. */
const SAID_MS = 2_000;

/** Every button with `data-copy` copies that text; with `data-copy-from`, what that address answers. */
export function listenForCopies() {
  document.addEventListener('click', async (event) => {
    const button =
      event.target instanceof Element
        ? event.target.closest('button[data-copy], button[data-copy-from]')
        : null;
    if (button !== null) {
      say(button, (await copy(await textOf(button))) ? 'Copied' : 'Not copied');
    }
  });
}

/**
 * @param {Element} button
 * @returns {Promise<string | null>} null if it cannot be loaded
 */
async function textOf(button) {
  const address = button.getAttribute('data-copy-from');
  if (address === null) {
    return button.getAttribute('data-copy');
  }
  try {
    const response = await fetch(address);
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
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
 * @param {string | null} text
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
async function copy(text) {
  if (text === null) {
    return false;
  }
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain http, scripts have no other access to the clipboard.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
