/**
 * Forms with `data-draft`: what the buttons “Check” and “Send a test” find out is put into the page, and what a person
 * has entered stays, secrets too. Without this script the form works, and secrets are entered again.
 */
export function keepDrafts() {
  for (const form of document.querySelectorAll('form[data-draft]')) {
    form.addEventListener('submit', (event) => send(event, form));
  }
  document.addEventListener('input', narrow);
  document.addEventListener('dragover', (event) => dropTarget(event) && event.preventDefault());
  document.addEventListener('drop', readDropped);
}

/** @param {SubmitEvent} event */
async function send(event, form) {
  event.preventDefault();
  const { submitter } = event;
  const outcome = document.getElementById('outcome');
  const buttons = form.querySelectorAll('button');
  const body = new URLSearchParams(new FormData(form, submitter));
  outcome.textContent = submitter?.value === 'save' ? 'Saving …' : 'Asking …';
  buttons.forEach((button) => {
    button.disabled = true;
  });
  try {
    const answer = await fetch(form.action, { method: 'POST', headers: { accept: 'text/html' }, body });
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (page.querySelector('form[data-draft]') === null) {
      document.querySelector('main').replaceWith(page.querySelector('main'));
      return;
    }
    takeAnswers(form, page);
  } catch {
    outcome.textContent = 'The receiver does not respond. Nothing was saved. Try again.';
  }
  buttons.forEach((button) => {
    button.disabled = false;
  });
  document.querySelector('[aria-invalid="true"]')?.focus() ?? outcome.focus();
}

/** Takes over what was found out, and lists to choose from that were not there before. */
function takeAnswers(form, page) {
  for (const part of page.querySelectorAll('[data-answer]')) {
    document.getElementById(part.id)?.replaceChildren(...part.cloneNode(true).childNodes);
  }
  for (const place of page.querySelectorAll('.extra[id]')) {
    document.getElementById(place.id)?.replaceChildren(...place.cloneNode(true).childNodes);
  }
  for (const list of page.querySelectorAll('fieldset.ticks')) {
    const name = list.querySelector('textarea')?.name;
    const shown = form.querySelector(`textarea[name="${CSS.escape(name ?? '')}"]`)?.closest('.field');
    if (shown !== null && shown !== undefined && !shown.matches('fieldset')) {
      shown.replaceWith(list);
    }
  }
  for (const input of form.querySelectorAll('[aria-describedby]')) {
    const fault = document.getElementById(`${input.id}-fault`);
    input.toggleAttribute('aria-invalid', false);
    if (fault !== null && fault.textContent.trim() !== '') {
      input.setAttribute('aria-invalid', 'true');
      input.closest('details')?.setAttribute('open', '');
    }
  }
}

/** A search field shows only the options of its list that contain its text. */
function narrow({ target }) {
  const list = document.getElementById(target.dataset?.narrow ?? '');
  for (const option of list?.children ?? []) {
    option.hidden = !option.textContent.toLowerCase().includes(target.value.trim().toLowerCase());
  }
}

/** @param {DragEvent} event */
function dropTarget({ target, dataTransfer }) {
  const field = target.closest?.('textarea[data-drop]') ?? null;
  return dataTransfer?.types.includes('Files') ? field : null;
}

/** A file that is dropped on a field fills it. */
async function readDropped(event) {
  const field = dropTarget(event);
  const [file] = event.dataTransfer?.files ?? [];
  if (field !== null && file !== undefined) {
    event.preventDefault();
    field.value = await file.text();
  }
}
