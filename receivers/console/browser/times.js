const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/**
 * Writes every moment in the reader's own language and time zone.
 *
 * @param {Document} page
 */
export function localiseTimes(page) {
  for (const element of page.querySelectorAll('time[datetime]')) {
    const text = full.format(new Date(element.getAttribute('datetime')));
    if (element.classList.contains('ago')) {
      element.setAttribute('title', text);
    } else {
      element.textContent = text;
    }
  }
}
