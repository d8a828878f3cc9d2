// The link of the first start has the token behind #, which browsers send to nobody.
const form = document.getElementById('door');

function comeIn() {
  const token = decodeURIComponent(location.hash.slice(1));
  if (form instanceof HTMLFormElement && token !== '') {
    history.replaceState(null, '', location.pathname + location.search);
    form.elements.namedItem('token').value = token;
    form.requestSubmit();
  }
}

comeIn();
// Where the door is open already, a link that is pasted over it loads nothing anew.
addEventListener('hashchange', comeIn);
