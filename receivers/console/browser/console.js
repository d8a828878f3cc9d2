// Runs on every page of the console.
import { requireChoices } from './choices.js';
import { listenForCopies } from './copy.js';
import { keepLive } from './live.js';
import { localiseTimes } from './times.js';

localiseTimes(document);
listenForCopies();
keepLive();
requireChoices();
document.querySelector('.bar a[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

if (document.querySelector('[data-search]') !== null) {
  import('./search.js').then(({ startSearches }) => startSearches());
}
if (document.querySelector('[data-chart]') !== null) {
  import('./chart.js').then(({ drawCharts }) => drawCharts());
}
