import { type Html, html, when } from './html.ts';

/** One line of a chart; null where there is no figure. */
export interface Line {
  name: string;
  /** The same number for the same thing in all charts. */
  style: number;
  values: readonly (number | null)[];
}

export interface LineChart {
  title: string;
  /** Milliseconds since 1970, ascending: one for each value. */
  times: readonly number[];
  lines: readonly Line[];
  /** The top of the chart. */
  most: number;
  /** Writes a figure of the scale: “50%”. */
  figure(value: number): string;
  /** A dashed line, such as an even chance; null for none. */
  mark: number | null;
}

/** Lines look different, not only in color: one after the other. */
const STYLES = 4;

/** Created when it is first needed, because it takes 8 MB. */
let timeFormat: Intl.DateTimeFormat | undefined;

/**
 * Figures over time as a picture, and as a table for those who cannot see it. Both sides are in percent of the width
 * and the height, so that it fits every screen without a script.
 */
export function lineChart({ title, times, lines, most, figure, mark }: LineChart): Html {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  timeFormat ??= new Intl.DateTimeFormat('en-US', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  const { format } = timeFormat;
  const place = (at: number): number => (last === first ? 500 : (1000 * (at - first)) / (last - first));
  const height = (value: number): number => 100 - (100 * value) / most;
  return html`<figure class="trend"><figcaption>${title}</figcaption>
<div class="plot"><div class="scale" aria-hidden="true"><span>${figure(most)}</span><span>${figure(0)}</span></div>
<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
${when(mark !== null, () => html`<line class="mark" x1="0" x2="1000" y1="${height(mark as number)}" y2="${height(mark as number)}"></line>`)}
${lines.map(({ values, style }) => html`<path class="line-${style % STYLES}" d="${pathOf(values, times.map(place), height)}"></path>`)}
</svg></div>
<p class="axis" aria-hidden="true"><span class="marks"><span>${format(first)} UTC</span><span>${format(last)} UTC</span></span></p>
<ul class="legend">${lines.map(({ name, values, style }) => html`<li><span class="swatch line-${style % STYLES}" aria-hidden="true"></span> <bdi>${name}</bdi>: ${lastOf(values, figure)}</li>`)}</ul>
<details><summary>As a table</summary><div class="wide-table" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr><th scope="col">Time (UTC)</th>${lines.map(({ name }) => html`<th scope="col"><bdi>${name}</bdi></th>`)}</tr></thead>
<tbody>${times.map((at, index) => html`<tr><th scope="row">${format(at)}</th>${lines.map(({ values }) => html`<td>${written(values[index], figure)}</td>`)}</tr>`)}</tbody></table></div></details>
</figure>`;
}

/** The line between known figures. A gap stays a gap, and a single figure is a dot. */
function pathOf(
  values: readonly (number | null)[],
  places: readonly number[],
  height: (value: number) => number,
): string {
  const round = (figure: number): number => Math.round(figure * 10) / 10;
  return values
    .flatMap((value, index) => {
      if (value === null) {
        return [];
      }
      const isNext = index > 0 && values[index - 1] !== null;
      const point = `${round(places[index] as number)} ${round(height(value))}`;
      return [isNext ? `L${point}` : `M${point}h0.1`];
    })
    .join('');
}

function lastOf(values: readonly (number | null)[], figure: (value: number) => string): string {
  return written(
    values.findLast((value) => value !== null),
    figure,
  );
}

function written(value: number | null | undefined, figure: (value: number) => string): string {
  return value === null || value === undefined ? '–' : figure(value);
}
