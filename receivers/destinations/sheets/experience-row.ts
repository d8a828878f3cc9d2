import { type ExperienceEvent, triggeredBy } from '../../../shared/events.ts';
import { HEALTH_WORDS } from '../../../shared/health-words.ts';
import { ACTION_TITLES, nameWords, typeWords } from '../../../shared/words.ts';
import type { ExperienceHealth } from '../../contract/health.ts';
import type { ExperienceMessage } from '../../contract/message.ts';
import { eventTime, experienceState } from '../../experience/state.ts';
import { type Cell, EMPTY, numberCell, serialTime, textCell, timeCell } from './cells.ts';
import { splitWords, statusWords } from './columns.ts';
import { resultCells } from './results.ts';
import type { Row, Zones } from './row.ts';

const ID = 'Experience ID';
const SOURCE = 'Source';

/** The row of an experience, as it is now. The source is part of its identity: each may use any experience ID. */
export function experienceRow(message: ExperienceMessage, tab: string, zones: Zones): Row {
  const { state, results, source, links } = message;
  const { experience } = state;
  const newest = message.history.reduce(
    (latest, each) => (eventTime(each) >= eventTime(latest) ? each : latest),
    message.event,
  );
  const by = newest === message.event ? message.triggeredBy : triggeredBy(newest);
  return {
    tab,
    mode: 'keep',
    identity: [
      { header: ID, value: experience.id },
      { header: SOURCE, value: source },
    ],
    hidden: null,
    refreshed: [],
    columns: [
      { header: 'Experience Name', cell: textCell(nameWords(experience)) },
      { header: 'Type', cell: textCell(experience.type && typeWords(experience.type)) },
      { header: 'Status', cell: textCell(statusWords(state.status)) },
      { header: 'Variations', cell: textCell(splitWords(experience.variations)) },
      { header: 'Created', cell: timeCell(state.createdAt, zones.shown) },
      { header: 'Started', cell: timeCell(state.startedAt, zones.shown) },
      { header: 'Ended', cell: timeCell(state.endedAt, zones.shown) },
      { header: 'Days Live', cell: daysLive(message, newest, zones) },
      { header: 'Last Change', cell: timeCell(state.lastChangeAt, zones.shown) },
      { header: 'Last Event', cell: textCell(ACTION_TITLES[newest.action]) },
      { header: 'By', cell: textCell(by) },
      { header: 'Store', cell: textCell(state.organization.shopId) },
      { header: ID, cell: textCell(experience.id) },
      { header: SOURCE, cell: textCell(source) },
      { header: 'Hypothesis', cell: textCell(experience.description?.trim()) },
      { header: 'Link', cell: textCell(links.intelligems) },
      ...resultColumns(results),
      ...(message.health === null
        ? []
        : [{ header: 'Health', cell: textCell(healthWords(message.health, state.status)) }]),
    ],
  };
}

/** What is wrong with it: “No visitors, Sells less”; “OK” for nothing. Empty once it does not run. */
function healthWords({ alarms }: ExperienceHealth, status: string): string {
  const titles = new Set(alarms.map(({ check }) => HEALTH_WORDS[check].title));
  return status !== 'started' ? '' : [...titles].join(', ') || 'OK';
}

function resultColumns(results: ExperienceMessage['results']): Row['columns'] {
  if (results === null) {
    return [];
  }
  const cells = resultCells(results);
  return [
    { header: 'Verdict', cell: cells.verdict },
    { header: 'Best Variation', cell: cells.bestVariation },
    { header: 'Uplift', cell: cells.uplift },
    { header: 'Chance to Win', cell: cells.chanceToWin },
    { header: 'Est. Monthly Revenue', cell: cells.monthlyRevenue },
    { header: 'Results', cell: textCell(results.summary) },
  ];
}

const MINUTES_A_DAY = 1_440;
const DAY_MS = 86_400_000;

/**
 * How many days the experience has been live. While it runs, a formula that goes on counting: now, minus the moment at
 * which it would have started if it had never been paused. The formula has whole numbers only, so that it reads the
 * same in every language of a spreadsheet and needs no other cell.
 */
function daysLive({ state, history }: ExperienceMessage, newest: ExperienceEvent, zones: Zones): Cell {
  if (state.liveMs === null) {
    return EMPTY;
  }
  const until = eventTime(newest);
  const { liveMs } = experienceState(history, until);
  if (state.status === 'started' && liveMs !== null) {
    const since = serialTime(until - liveMs, zones.spreadsheet);
    if (since !== null) {
      const formula = `=NOW()-${Math.round(since * MINUTES_A_DAY)}/${MINUTES_A_DAY}`;
      return { type: 'formula', formula, pattern: '0.0', words: 'counting up' };
    }
  }
  return numberCell(Math.round((state.liveMs / DAY_MS) * 10) / 10, '0.0');
}
