// What every page of the console runs: times in the reader's own zone, buttons that copy, live parts, the chart.
import { listenForCopies } from './copy.js';
import { keepLive } from './live.js';
import { localiseTimes } from './times.js';

localiseTimes(document);
listenForCopies();
keepLive();

if (document.querySelector('[data-search]') !== null) {
  import('./search.js').then(({ startSearches }) => startSearches());
}
if (document.querySelector('[data-chart]') !== null) {
  import('./chart.js').then(({ drawCharts }) => drawCharts());
}
