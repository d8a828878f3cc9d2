import uPlot from './uplot.js';

/** Draws every figure with `data-chart`, the address of its data as JSON. */
export async function drawCharts() {
  for (const figure of document.querySelectorAll('[data-chart]')) {
    try {
      const answer = await fetch(figure.getAttribute('data-chart'), {
        headers: { accept: 'application/json' },
      });
      const { buckets, bucketMs } = await answer.json();
      draw(figure, buckets, bucketMs);
    } catch {
      figure.querySelector('figcaption').textContent =
        'The data could not be loaded. Reload the page to try again.';
    }
    figure.removeAttribute('aria-busy');
  }
}

const HEIGHT = 180;
const DAY_MS = 86_400_000;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6];

function draw(figure, buckets, bucketMs) {
  const place = figure.querySelector('.plot');
  const data = [
    buckets.map(({ from }) => from / 1_000),
    buckets.map(({ events }) => events),
    buckets.map(({ done }) => done),
    buckets.map(({ dead }) => dead),
  ];
  caption(figure, buckets, bucketMs);
  let plot = null;

  function redraw() {
    plot?.destroy();
    plot = new uPlot(options(figure, place.clientWidth, buckets, bucketMs), data, place);
  }

  redraw();
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}

/** The look of the chart, in the colors of the page's scheme. */
function options(figure, width, buckets, bucketMs) {
  const color = (name) => getComputedStyle(figure).getPropertyValue(name).trim();
  const half = bucketMs / 2_000;
  const words = new Intl.DateTimeFormat(
    undefined,
    bucketMs < DAY_MS / 4 ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' },
  );
  const time = (at) => words.format(at * 1_000);
  const axis = {
    stroke: color('--chart-text'),
    grid: { stroke: color('--chart-grid'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    legend: { live: true },
    scales: {
      x: { time: true, range: (_, least, most) => [least - half, most + half] },
      y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
    },
    axes: [
      { ...axis, values: (_, splits) => splits.map(time) },
      { ...axis, size: 44, incrs: WHOLE_STEPS },
    ],
    series: [
      { label: 'From', value: (_, at) => (at == null ? '' : time(at)) },
      {
        label: 'Events',
        value: count,
        fill: color('--chart-events'),
        stroke: color('--chart-events'),
        paths: uPlot.paths.bars({ size: [0.7, 48], align: 0 }),
        points: { show: false },
      },
      dots('Delivered', color('--chart-done'), 7, () => indexes(buckets, ({ done }) => done > 0)),
      dots('Dead letters', color('--chart-dead'), 9, () => indexes(buckets, ({ dead }) => dead > 0)),
    ],
  };
}

const count = (_, value) => (value == null ? '' : value.toLocaleString());

/** A series of dots. A line between busy hours, or at zero between dead letters, would mean nothing. */
function dots(label, color, size, filter) {
  return {
    label,
    value: count,
    stroke: color,
    fill: color,
    paths: () => null,
    points: { show: true, size, fill: color, filter },
  };
}

function indexes(buckets, condition) {
  return buckets.flatMap((bucket, index) => (condition(bucket) ? [index] : []));
}

/** The same in words and as a table, for those who cannot see the chart. */
function caption(figure, buckets, bucketMs) {
  const total = (field, one, many) => {
    const sum = buckets.reduce((before, bucket) => before + bucket[field], 0);
    return `${sum.toLocaleString()} ${sum === 1 ? one : many}`;
  };
  const words = document.createElement('p');
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  words.textContent = `${total('events', 'event', 'events')}, ${total('done', 'delivery', 'deliveries')} made, ${total('dead', 'dead letter', 'dead letters')}. Times are in ${timeZone}.`;
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'As a table';
  const table = document.createElement('table');
  const format = new Intl.DateTimeFormat(
    undefined,
    bucketMs < DAY_MS ? { dateStyle: 'short', timeStyle: 'short' } : { dateStyle: 'medium' },
  );
  table.createTHead().append(row('th', ['From', 'Events', 'Delivered', 'Dead letters']));
  table
    .createTBody()
    .append(
      ...buckets
        .filter(({ events, done, dead }) => events + done + dead > 0)
        .map(({ from, events, done, dead }) => row('td', [format.format(from), events, done, dead])),
    );
  details.append(summary, table);
  figure.querySelector('figcaption').replaceChildren(words, details);
}

function row(cell, values) {
  const element = document.createElement('tr');
  for (const value of values) {
    const added = document.createElement(cell);
    added.textContent = value.toLocaleString();
    if (cell === 'th') {
      added.scope = 'col';
    }
    element.append(added);
  }
  return element;
}
