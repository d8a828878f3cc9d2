import { readdirSync, readFileSync } from 'node:fs';
import { ACTIONS, parseEvent } from '../../shared/events.ts';
import type { Results } from '../contract/experience.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { ExperienceMessage, ReportMessage } from '../contract/message.ts';
import { describeChanges } from '../experience/changes.ts';
import { experienceState } from '../experience/state.ts';

/** A message to try templates with before there is a real one. */
export interface Trial<Tried> {
  /** Its name, as in “tried with …”. */
  name: string;
  message: Tried;
}

const SAMPLES = new URL('../../shared/samples/', import.meta.url);

const NOW = Date.UTC(2026, 0, 2);

/**
 * Messages of every action: the sample webhooks with everything that can be known about an event, and events with
 * nothing but the action and the experience's ID.
 */
export function experienceTrials(): Trial<ExperienceMessage>[] {
  const samples = readdirSync(SAMPLES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ name: `the sample ${file}`, body: readFileSync(new URL(file, SAMPLES), 'utf8') }));
  return [
    ...samples.map(({ name, body }) => ({ name, message: { ...trialMessage(body), ...EVERYTHING } })),
    ...ACTIONS.map((action) => ({
      name: `a ${action} without optional fields`,
      message: trialMessage(JSON.stringify({ action, experience: { id: 'trial' } })),
    })),
  ];
}

function trialMessage(body: string): ExperienceMessage {
  const parsed = parseEvent(body);
  if (!parsed.ok) {
    throw new TypeError(parsed.hint);
  }
  const { event } = parsed;
  const receivedAt = event.timestamp ?? NOW;
  const state = experienceState([event], receivedAt);
  return {
    kind: 'experience',
    key: `trial-${event.action}`,
    event,
    body,
    triggeredBy: null,
    alsoBy: [],
    receivedAt,
    late: false,
    recovered: false,
    state,
    stateThen: state,
    superseded: false,
    history: [event],
    previous: null,
    changes: [],
    rollsOut: null,
    results: null,
    health: null,
    requestedBy: null,
    source: 'default',
    experienceKey: experienceKey('default', event.experience.id),
    links: { intelligems: null, console: null },
  };
}

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'A trial.',
  variations: [
    {
      id: 'trial',
      name: 'Trial',
      isControl: false,
      visitors: 1_000,
      orders: 31,
      conversion: 0.031,
      revenuePerVisitor: 2.5,
      profitPerVisitor: 1,
      uplift: { value: 0.05, low: -0.01, high: 0.11 },
      probabilityToBeatBaseline: 0.9,
    },
  ],
  currency: 'USD',
  monthlyRevenue: 1_000,
  chart: { url: 'https://charts.example.com/trial.png', description: 'Trial' },
};

const EVERYTHING: Partial<ExperienceMessage> = {
  triggeredBy: 'someone@example.com',
  alsoBy: ['another@example.com'],
  late: true,
  superseded: true,
  recovered: true,
  changes: describeChanges({ name: 'Before' }, { name: 'After' }),
  rollsOut: { experienceId: 'trial', name: 'Trial', link: 'https://app.example.com/e/trial' },
  results: RESULTS,
  links: { intelligems: 'https://app.example.com/e/trial', console: 'https://receiver.example.com/trial' },
};

/** A report with every possible part, and one with as few as possible. */
export function reportTrials(): ReportMessage[] {
  const bare: ReportMessage['report'] = {
    topic: 'digest',
    title: 'Trial',
    summary: 'A trial of the templates.',
    sections: [],
    experienceId: null,
    link: null,
    image: null,
  };
  const whole: ReportMessage['report'] = {
    ...bare,
    sections: [{ heading: 'Trial', lines: ['Trial'], table: { columns: ['Trial'], rows: [['1']] } }],
    link: 'https://receiver.example.com/trial',
    image: RESULTS.chart,
  };
  return [whole, bare].map((report) => ({
    kind: 'report',
    key: 'trial-report',
    receivedAt: NOW,
    report,
    experienceKey: null,
  }));
}
