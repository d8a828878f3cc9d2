/** Searches within a text: highlights the matches, counts them, and moves to the next with Enter. */
export function startSearches() {
  for (const tool of document.querySelectorAll('[data-search]')) {
    const text = document.getElementById(tool.getAttribute('data-search'))?.firstChild;
    if (text instanceof Text && CSS.highlights !== undefined) {
      start(tool, text);
    }
  }
}

/**
 * @param {HTMLElement} tool
 * @param {Text} text
 */
function start(tool, text) {
  const field = tool.querySelector('input');
  const count = tool.querySelector('output');
  const whole = text.data.toLowerCase();
  let found = [];
  let at = -1;
  tool.hidden = false;

  field.addEventListener('input', () => {
    found = ranges(text, whole, field.value.toLowerCase());
    at = -1;
    CSS.highlights.set('found', new Highlight(...found));
    CSS.highlights.delete('found-now');
    count.textContent = field.value === '' ? '' : `${found.length} found`;
    next();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      next();
    }
  });

  function next() {
    if (found.length === 0) {
      return;
    }
    at = (at + 1) % found.length;
    CSS.highlights.set('found-now', new Highlight(found[at]));
    const area = text.parentElement;
    const top = found[at].getBoundingClientRect().top - area.getBoundingClientRect().top;
    area.scrollTop += top - area.clientHeight / 2;
    count.textContent = `${at + 1} of ${found.length}`;
  }
}

/** Matches that are highlighted. */
const MARKED = 2_000;

function ranges(text, whole, wanted) {
  const found = [];
  for (let at = whole.indexOf(wanted); wanted !== '' && at >= 0 && found.length < MARKED; ) {
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + wanted.length);
    found.push(range);
    at = whole.indexOf(wanted, at + wanted.length);
  }
  return found;
}
