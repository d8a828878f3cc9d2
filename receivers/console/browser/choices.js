/** A form with `data-needs-choice` can only be sent while one of its boxes is checked. */
export function requireChoices() {
  for (const form of document.querySelectorAll('form[data-needs-choice]')) {
    const button = form.querySelector('button');
    const update = () => {
      button.disabled = form.querySelector('input[type="checkbox"]:checked') === null;
    };
    form.addEventListener('change', update);
    addEventListener('pageshow', update);
    update();
  }
}
