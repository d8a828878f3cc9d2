import { expect, test } from '@jest/globals';
import { explainRoutes } from '../../../receivers/routes/explain.ts';
import { eventOf, samplePayload } from '../../fixtures/messages.ts';
import { routesFrom } from './routes-from.ts';

const NIGHT = Date.parse('2026-10-12T22:30:00Z');

function explained(yaml: string): string[] {
  return explainRoutes(routesFrom(yaml), eventOf(samplePayload('start')), { source: 'shop', now: NIGHT }).map(
    ({ route, matches, words }) => `${matches ? 'yes' : 'no'} ${route} ${words}`,
  );
}

test('the explanation says for each route whether it matches, and why', () => {
  expect(
    explained(`
routes:
  - {name: prices, to: [one, two], when: {types: pricing}}
  - {name: again, to: [one, three]}
  - {name: ends, to: one, when: {actions: [end, pause], names: ['Q4 *', '*shoe*'], share: {atLeast: 90}}}
  - {name: default only, to: one, when: {sources: default}}
  - {name: hush, to: two, mute: true, when: {actions: start}}
`),
  ).toEqual([
    'yes prices matches, and goes to one; does not go to two (muted, or an earlier route goes there)',
    'yes again matches, and goes to three; does not go to one (muted, or an earlier route goes there)',
    'no ends does not match: the action is startExperience, not endExperience or pauseExperience; the name is “Backpack price test”, not Q4 * or *shoe*; no variation other than the control gets 90–100% of the traffic',
    'no default only does not match: the source is “shop”, not default',
    'yes hush matches, and mutes two',
  ]);
});

test('the explanation says when quiet hours end', () => {
  const hours = 'from: "22:00", to: "07:00", timeZone: Europe/Zurich';
  expect(
    explained(`
routes:
  - {name: later, to: one, quietHours: {${hours}}}
  - {name: never, to: two, quietHours: {${hours}, afterwards: drop}}
`),
  ).toEqual([
    'yes later matches, and goes to one when the quiet hours end, Oct 13, 2026, 7:00 AM (Europe/Zurich)',
    'yes never matches, but drops events during its quiet hours',
  ]);
});

test('the explanation shows that the first match takes the event', () => {
  expect(explained('routing: first\nroutes:\n  - {name: a, to: one}\n  - {name: b, to: two}\n')).toEqual([
    'yes a matches, and goes to one',
    'no b would match, but an earlier route took the event (routing: first)',
  ]);
});
