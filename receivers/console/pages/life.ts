import { ACTION_TITLES } from '../../../shared/words.ts';
import type { ExperienceLife } from '../../operations/experiences.ts';
import { type Content, type Html, html, when } from './html.ts';

/** A span on the time axis, milliseconds since 1970. */
export interface Axis {
  from: number;
  to: number;
}

const STATUS_WORDS: Readonly<Record<ExperienceLife['status'], { mark: string; words: string }>> = {
  pending: { mark: '○', words: 'created' },
  started: { mark: '▶', words: 'running' },
  paused: { mark: '‖', words: 'paused' },
  ended: { mark: '■', words: 'ended' },
  deleted: { mark: '✕', words: 'deleted' },
};

/** The status of an experience as a mark and a word. */
export function statusMark(status: ExperienceLife['status']): Html {
  const { mark, words } = STATUS_WORDS[status];
  return html`<span class="state status-${status}"><span aria-hidden="true">${mark}</span> ${words}</span>`;
}

/** The life of an experience as a picture. Screen readers skip it: the words next to it say the same. */
export function lifeBar({ phases, moments }: ExperienceLife, axis: Axis): Html {
  const place = (at: number): number =>
    Math.round(Math.min(1, Math.max(0, (at - axis.from) / (axis.to - axis.from))) * 10_000) / 100;
  return html`<svg class="life" aria-hidden="true" focusable="false" preserveAspectRatio="none">
  <line class="track" x1="0" x2="100%" y1="50%" y2="50%"></line>
  ${phases.map(({ state, from, to }) => {
    const left = place(from);
    const width = Math.max(0.4, place(to ?? axis.to) - left);
    return html`<rect class="phase-${state}" x="${left}%" y="${state === 'created' ? '40%' : '20%'}" width="${width}%" height="${state === 'created' ? '20%' : '60%'}" rx="2"></rect>`;
  })}
  ${moments.map(({ at, action }) => when(at >= axis.from, () => html`<circle class="event-dot" cx="${place(at)}%" cy="50%" r="4"><title>${ACTION_TITLES[action]}</title></circle>`))}
</svg>`;
}

/** Created when it is first needed, because it takes 8 MB. */
let dayFormat: Intl.DateTimeFormat | undefined;

export function axisMarks({ from, to }: Axis): Content {
  dayFormat ??= new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' });
  const { format: day } = dayFormat;
  return html`<span class="marks"><span>${day(from)}</span><span>${day((from + to) / 2)}</span><span>now</span></span>`;
}
