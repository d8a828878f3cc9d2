import { describe, expect, test } from '@jest/globals';
import { planDeliveries } from '../../../receivers/routes/plan.ts';
import type { Routing } from '../../../receivers/routes/route.ts';
import { eventOf, type SampleName, samplePayload } from '../../fixtures/messages.ts';
import { routesFrom } from './routes-from.ts';

/** A Monday, 14:00 in Zurich. */
const MONDAY = Date.parse('2026-10-12T12:00:00Z');
const NIGHT = Date.parse('2026-10-12T22:30:00Z');

function sample(name: SampleName, experience: Record<string, unknown> = {}) {
  const payload = samplePayload(name);
  return eventOf({ ...payload, experience: { ...payload.experience, ...experience } });
}

function destinationsOf(
  routing: Routing,
  event = sample('start'),
  now = MONDAY,
  source = 'default',
): string[] {
  return planDeliveries(routing, event, { source, now }).map(({ destination }) => destination);
}

test('without routes, every event goes everywhere, at once', () => {
  const deliveries = planDeliveries(routesFrom(), sample('start'), { source: 'default', now: MONDAY });
  expect(deliveries).toEqual(
    ['one', 'two', 'three'].map((destination) => ({
      destination,
      route: 'all events',
      dueAt: MONDAY,
      quietMs: null,
    })),
  );
});

describe('conditions', () => {
  test.each([
    ['{actions: [start, pauseExperience]}', true],
    ['{actions: end}', false],
    ['{types: pricing}', true],
    ['{types: [content/*, shipping]}', false],
    ['{categories: experiment}', true],
    ['{categories: personalization}', false],
    ['{statuses: [paused, started]}', true],
    ['{statuses: ended}', false],
    ['{names: "*PRICE*"}', true],
    ['{names: [Backpack, "*shipping*"]}', false],
    ['{sources: default}', true],
    ['{sources: shop}', false],
    ['{organizations: "alpine*"}', true],
    ['{organizations: "*.myshopify.com"}', true],
    ['{organizations: other}', false],
    ['{share: {atLeast: 50}}', true],
    ['{share: {atLeast: 50.1}}', false],
    ['{share: {atMost: 49}}', false],
    ['{actions: start, types: pricing, names: "Backpack*"}', true],
    ['{actions: start, types: pricing, names: "Other*"}', false],
    ['{}', true],
  ])('%s', (when, matches) => {
    const routing = routesFrom(`routes:\n  - {name: r, to: one, when: ${when}}\n`);
    expect(destinationsOf(routing)).toEqual(matches ? ['one'] : []);
  });

  test('a condition on a missing field is not met', () => {
    const routing = routesFrom(`
routes:
  - {name: a, to: one, when: {types: '*'}}
  - {name: b, to: two, when: {organizations: '*'}}
  - {name: c, to: three, when: {share: {atLeast: 0}}}
`);
    const bare = eventOf({ action: 'startExperience', experience: { id: 'only-an-id' } });
    expect(destinationsOf(routing, bare)).toEqual([]);
  });

  test('a condition on traffic shares checks every variation but the control', () => {
    const routing = routesFrom('routes:\n  - {name: r, to: one, when: {share: {atLeast: 60, atMost: 80}}}\n');
    const split = (control: number, other: number) =>
      sample('start', {
        variations: [
          { name: 'Control', isControl: true, percentage: control },
          { name: 'B', percentage: other },
        ],
      });
    expect(destinationsOf(routing, split(30, 70))).toEqual(['one']);
    expect(destinationsOf(routing, split(70, 30))).toEqual([]);
  });
});

describe('several routes', () => {
  const overlapping = `
routes:
  - {name: starts, to: [one, two], when: {actions: start}}
  - {name: prices, to: [two, three], when: {types: pricing}}
`;

  test('all matching routes count, and a destination gets the event once', () => {
    const deliveries = planDeliveries(routesFrom(overlapping), sample('start'), {
      source: 'default',
      now: MONDAY,
    });
    expect(deliveries.map(({ destination, route }) => [destination, route])).toEqual([
      ['one', 'starts'],
      ['two', 'starts'],
      ['three', 'prices'],
    ]);
  });

  test('with routing set to first, the first matching route counts', () => {
    const routing = routesFrom(`routing: first\n${overlapping}`);
    expect(destinationsOf(routing)).toEqual(['one', 'two']);
    expect(destinationsOf(routing, sample('pause'))).toEqual(['two', 'three']);
  });

  test('a muting route holds events back, wherever it is in the list', () => {
    const mute = '  - {name: hush, mute: true, to: two, when: {names: Backpack*}}\n';
    expect(destinationsOf(routesFrom(overlapping + mute))).toEqual(['one', 'three']);
    expect(destinationsOf(routesFrom(overlapping.replace('routes:\n', `routes:\n${mute}`)))).toEqual([
      'one',
      'three',
    ]);
    expect(destinationsOf(routesFrom(overlapping + mute), sample('start', { name: 'Other' }))).toHaveLength(
      3,
    );
  });

  test('a muting route without destinations holds events back from all', () => {
    const routing = routesFrom(`${overlapping}  - {name: hush, mute: true}\n`);
    expect(destinationsOf(routing)).toEqual([]);
  });

  test('a muting route that comes first takes the event if the first match counts', () => {
    const routing = routesFrom(`
routing: first
routes:
  - {name: hush, mute: true, when: {actions: update}}
  - {name: rest, to: one}
`);
    expect(destinationsOf(routing, sample('update'))).toEqual([]);
    expect(destinationsOf(routing, sample('start'))).toEqual(['one']);
  });
});

describe('quiet hours', () => {
  const night = (afterwards: string) =>
    `{from: "22:00", to: "07:00", timeZone: Europe/Zurich, afterwards: ${afterwards}}`;

  test('quiet hours hold an event until they end', () => {
    const routing = routesFrom(`routes:\n  - {name: r, to: one, quietHours: ${night('deliver')}}\n`);
    const plan = (now: number) => planDeliveries(routing, sample('start'), { source: 'default', now });
    expect(plan(NIGHT)).toMatchObject([{ destination: 'one', dueAt: Date.parse('2026-10-13T05:00:00Z') }]);
    expect(plan(MONDAY)).toMatchObject([{ destination: 'one', dueAt: MONDAY }]);
  });

  test('quiet hours can drop an event, but not from other routes', () => {
    const routing = routesFrom(`
routes:
  - {name: quiet, to: [one, two], quietHours: ${night('drop')}}
  - {name: log, to: two}
`);
    expect(destinationsOf(routing, sample('start'), MONDAY)).toEqual(['one', 'two']);
    expect(destinationsOf(routing, sample('start'), NIGHT)).toEqual(['two']);
  });
});

describe('bursts of updates', () => {
  test('updates wait for a quiet minute, and everything else goes at once', () => {
    const plan = (name: SampleName) =>
      planDeliveries(routesFrom(), sample(name), { source: 'default', now: MONDAY })[0];
    expect(plan('update')).toMatchObject({ dueAt: MONDAY + 60_000, quietMs: 60_000 });
    for (const name of ['create', 'start', 'pause', 'end', 'delete'] as const) {
      expect(plan(name)).toMatchObject({ dueAt: MONDAY, quietMs: null });
    }
  });

  test('updates go at once if no route waits', () => {
    const routing = routesFrom('updates: {quietSeconds: 0}\n');
    expect(planDeliveries(routing, sample('update'), { source: 'default', now: MONDAY })[0]).toMatchObject({
      dueAt: MONDAY,
      quietMs: null,
    });
  });
});
