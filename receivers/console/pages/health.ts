import { HEALTH_CHECKS, HEALTH_WORDS, type HealthCheck } from '../../../shared/health-words.ts';
import { verdictWords } from '../../../shared/verdict-words.ts';
import type { Finding, OpenAlarm } from '../../contract/health.ts';
import type { ExperienceHealthStory } from '../../operations/health.ts';
import { type Content, type Html, html, when } from './html.ts';
import type { PageContext } from './layout.ts';
import { lineChart } from './line-chart.ts';
import { ago, moment } from './parts.ts';

const SIGNS: Readonly<Record<Finding['state'], { mark: string; words: string; look: string }>> = {
  fine: { mark: '✓', words: 'OK', look: 'ok' },
  unknown: { mark: '?', words: 'not known yet', look: 'unknown' },
  alarm: { mark: '✕', words: 'alarm', look: 'fault' },
};

const UNREPORTED: Readonly<Record<NonNullable<OpenAlarm['unreported']>, string>> = {
  baseline: 'It was so when monitoring began, so it was not reported.',
  muted: 'It was not reported, because the check is muted.',
};

/** What monitoring found of an experience: each check with its reason, the verdict, and the figures over time. */
export function healthSection(
  health: ExperienceHealthStory,
  { id, source }: { id: string; source: string },
  { role, now }: Pick<PageContext, 'role' | 'now'>,
): Html {
  const made = HEALTH_CHECKS.filter((check) => health.findings.some((finding) => finding.check === check));
  return html`<section aria-labelledby="health-title"><h2 id="health-title">Health</h2>
<div id="health" data-live><p class="help">Checked ${ago(health.checkedAt, now)}. ${alarmCount(health.alarms)}</p>
<ul class="checks">${made.map((check) => checkItem(check, health))}</ul>
${verdictLine(health)}</div>
${charts(health)}
${when(role === 'editor', () => muteForm(health, made, { id, source }))}</section>`;
}

function alarmCount(alarms: readonly OpenAlarm[]): string {
  return alarms.length === 0
    ? 'There is no alarm.'
    : alarms.length === 1
      ? 'There is 1 alarm.'
      : `There are ${alarms.length} alarms.`;
}

/** A check and everything it found, what is wrong first. */
function checkItem(check: HealthCheck, health: ExperienceHealthStory): Content {
  const ranks = ['alarm', 'unknown', 'fine'];
  const findings = health.findings
    .filter((finding) => finding.check === check)
    .sort((one, other) => ranks.indexOf(one.state) - ranks.indexOf(other.state));
  const alarms = health.alarms.filter((alarm) => alarm.check === check);
  const state =
    alarms.length > 0 ? 'alarm' : findings.some((each) => each.state === 'fine') ? 'fine' : 'unknown';
  const { mark, words, look } = SIGNS[state];
  const isMuted = health.muted.includes(check);
  return html`<li class="finding-${look}"><span aria-hidden="true">${mark}</span> <span class="for-readers">${words}: </span><strong>${HEALTH_WORDS[check].topic}</strong>${when(isMuted, () => html` <span class="tag">muted</span>`)}<span class="for-readers">: </span>${findings.map((finding) => findingWords(finding, health))}</li>`;
}

function findingWords(finding: Finding, { alarms, pending }: ExperienceHealthStory): Html {
  const isSame = (each: Pick<Finding, 'check' | 'about'>): boolean =>
    each.check === finding.check && each.about === finding.about;
  const alarm = alarms.find(isSame);
  const seen = pending.find(isSame);
  return html`<span class="words"><bdi>${finding.words}</bdi>${when(alarm, () => html` Since ${moment(alarm?.since ?? 0)}.`)}${when(alarm?.unreported, () => ` ${UNREPORTED[alarm?.unreported ?? 'muted']}`)}${when(seen, () => (seen?.to === 'alarm' ? ' Seen once. It becomes an alarm if the next check finds it too.' : ' It seems to be over. The alarm ends if the next check finds that too.'))}${when(finding.advice, () => html`<span class="fix">${finding.advice}</span>`)}</span>`;
}

function verdictLine({ verdict }: ExperienceHealthStory): Html {
  const words =
    verdict.known === null
      ? 'There is none yet: it needs the minimum of days, visitors and orders.'
      : `${verdictWords(verdict.known)}.`;
  const next =
    verdict.pending === null ? '' : ` The last check said: ${verdictWords(verdict.pending.verdict)}.`;
  return html`<p><strong>Verdict so far:</strong> ${words}${next}</p>`;
}

function charts({ points, variations }: ExperienceHealthStory): Content {
  if (points.length < 2) {
    return html`<p class="help">Charts appear after the second check.</p>`;
  }
  const times = points.map(({ at }) => at);
  const visitors = variations.map(({ name }, index) => ({
    name,
    style: index,
    values: points.map((point) => point.visitors[index] ?? null),
  }));
  const chances = variations
    .map(({ name, isControl }, index) => ({
      name,
      isControl,
      style: index,
      values: points.map((point) => point.probability[index] ?? null),
    }))
    .filter(({ isControl, values }) => !isControl && values.some((value) => value !== null));
  const most = Math.max(1, ...visitors.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const percent = (value: number): string => `${Math.round(value * 100)}%`;
  return html`<div class="trends">
${lineChart({ title: 'Visitors of each variation', times, lines: visitors, most, figure: count, mark: null })}
${when(chances.length > 0, () => lineChart({ title: 'Chance to beat the control', times, lines: chances, most: 1, figure: percent, mark: 0.5 }))}</div>`;
}

function muteForm(
  { muted }: ExperienceHealthStory,
  checks: readonly HealthCheck[],
  { id, source }: { id: string; source: string },
): Html {
  return html`<details class="hint"><summary>Mute checks of this experience</summary>
<form method="post" action="/console/experiences/${encodeURIComponent(id)}/mute">
<input type="hidden" name="source" value="${source}">
<fieldset><legend>Do not report, but go on showing here:</legend>
${checks.map((check) => html`<label><input type="checkbox" name="checks" value="${check}"${when(muted.includes(check), () => html` checked`)}> ${HEALTH_WORDS[check].topic}</label>`)}</fieldset>
<button class="small">Save</button></form></details>`;
}
