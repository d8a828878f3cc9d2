// Runs on every page of the console.
import { requireChoices } from './choices.js';
import { listenForCopies } from './copy.js';
import { keepLive } from './live.js';
import { localiseTimes } from './times.js';

localiseTimes(document);
listenForCopies();
keepLive();
requireChoices();
showCurrentPage();

if (document.querySelector('[data-draft]') !== null) {
  import('./drafts.js').then(({ keepDrafts }) => keepDrafts());
}
if (document.querySelector('[data-search]') !== null) {
  import('./search.js').then(({ startSearches }) => startSearches());
}
if (document.querySelector('[data-chart]') !== null) {
  import('./chart.js').then(({ drawCharts }) => drawCharts());
}

/** On a phone the navigation scrolls sideways. `scrollIntoView` would also move where the Tab key starts. */
function showCurrentPage() {
  const current = document.querySelector('.bar a[aria-current]');
  const row = current?.closest('nav');
  if (row) {
    const { left, right } = current.getBoundingClientRect();
    const place = row.getBoundingClientRect();
    row.scrollLeft += Math.max(0, right - place.right) + Math.min(0, left - place.left);
  }
}
