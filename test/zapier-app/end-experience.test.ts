import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../shared/intelligems-analytics.ts';
import { type FakeExperience, type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { connectTo, failureOf, performOf, run } from './zap.ts';

let fake: FakeIntelligems;
let authData: Record<string, string>;
let experience: FakeExperience;

beforeEach(async () => {
  fake = await startFakeIntelligems();
  authData = connectTo(fake);
  experience = fake.create({ name: 'Backpack price test', type: 'pricing' });
  fake.act(experience.id, 'start');
});

afterEach(() => fake.close());

function end(fields: object) {
  const inputData = { experience_id: experience.id, ...fields };
  return run(performOf('creates', 'end_experience'), { authData, inputData });
}

function results(fields: object = {}) {
  const inputData = { experience_id: experience.id, ...fields };
  return run(performOf('searches', 'experience_results'), { authData, inputData });
}

const status = () => fake.experience(experience.id).status;
const challengerId = () => experience.variations[1]?.id;
const acted = () => fake.requests.filter(({ path }) => path.includes('/actions/'));

describe('End Experience', () => {
  const blanks: [string, object][] = [
    ['no outcome at all', {}],
    ['an outcome of spaces', { outcome: '  ', variation_id: 'x' }],
    ['a winner that is missing', { outcome: 'winner' }],
    ['a winner that is null', { outcome: 'winner', variation_id: null }],
    ['a winner that is an empty text', { outcome: 'winner', variation_id: '' }],
    ['a winner of invisible characters', { outcome: 'winner', variation_id: ' \u200b\ufeff ' }],
  ];

  test.each(blanks)('End Experience halts before any request with %s', async (_, fields) => {
    expect(await failureOf(end(fields))).toMatchObject({ name: 'HaltedError' });
    expect(fake.requests).toEqual([]);
    expect(status()).toBe('started');
  });

  test('End Experience halts before any request if the experience is blank', async () => {
    const failure = await failureOf(end({ experience_id: '', outcome: 'none' }));
    expect(failure.name).toBe('HaltedError');
    expect(fake.requests).toEqual([]);
  });

  test('End Experience halts if the winner is mapped from results that name none yet', async () => {
    const [found] = await results();
    expect(found).toMatchObject({ recommended_variation_id: null, best_variation_id: null });
    fake.requests.length = 0;
    const failure = await failureOf(
      end({ outcome: 'winner', variation_id: found.recommended_variation_id ?? undefined }),
    );
    expect(failure).toMatchObject({ name: 'HaltedError' });
    expect(fake.requests).toEqual([]);
  });

  test.each([['none'], ['End without a winner'], [' NONE ']])(
    'End Experience ends without a winner for the outcome “%s”, whatever variation is mapped',
    async (outcome) => {
      const ended = await end({ outcome, variation_id: challengerId(), update_prices: true });
      expect(ended).toMatchObject({ status: 'ended', winning_variation: null, winning_variation_id: null });
      expect(JSON.parse(fake.requests.at(-1)?.body ?? '')).toEqual({});
    },
  );

  test('End Experience applies the winner, with spaces around its ID', async () => {
    const ended = await end({ outcome: 'winner', variation_id: ` ${challengerId()}\u200b ` });
    expect(ended).toMatchObject({ winning_variation: 'Variation 1', winning_variation_id: challengerId() });
    expect(JSON.parse(fake.requests.at(-1)?.body ?? '')).toEqual({ variationId: challengerId() });
  });

  test.each([
    [{ outcome: 'maybe' }, 'Apply a winner (winner)'],
    [{ outcome: 'winner', variation_id: 'Variation 1' }, 'Winning Variation needs an ID'],
    [{ outcome: 'none', only_if_verdict: ['big_win'] }, 'Strong win (strong_win)'],
    [{ outcome: 'none', experience_id: 'Backpack price test' }, 'Experience needs an ID'],
  ])('End Experience refuses %j in plain words, before any request', async (fields, words) => {
    const failure = await failureOf(end(fields));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain(words);
    expect(fake.requests).toEqual([]);
  });

  test('End Experience says in plain words that the winner is a variation of another experience', async () => {
    const other = fake.create();
    const failure = await failureOf(end({ outcome: 'winner', variation_id: other.variations[1]?.id }));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain('not a variation of this experience');
    expect(status()).toBe('started');
  });

  test.each<[Verdict, boolean]>([
    ['strong_win', true],
    ['directional_win', true],
    ['strong_loss', false],
    ['mixed_signals', false],
    ['not_ready', false],
    ['error', false],
  ])('End Experience, limited to wins, with the verdict %s ends: %s', async (verdict, ends) => {
    fake.measure(experience.id, { verdict });
    const fields = {
      outcome: 'winner',
      variation_id: challengerId(),
      only_if_verdict: ['strong_win', null, '', 'Leaning toward a win'],
    };
    if (ends) {
      expect(await end(fields)).toMatchObject({ status: 'ended' });
    } else {
      expect(await failureOf(end(fields))).toMatchObject({ name: 'HaltedError' });
      expect(acted()).toEqual([]);
      expect(status()).toBe('started');
    }
  });

  test('End Experience, limited to a verdict, does not end if the results are unavailable', async () => {
    fake.faults.add({ kind: 'status', status: 500 }, { path: '/analytics/', times: 9 });
    const failure = await failureOf(end({ outcome: 'none', only_if_verdict: 'strong_win' }));
    expect(failure.name).toBe('AppError');
    expect(acted()).toEqual([]);
  });
});

describe('Recommended Variation', () => {
  test.each<[Verdict, string | null]>([
    ['strong_win', 'Variation 1'],
    ['directional_win', 'Variation 1'],
    ['strong_loss', 'Control'],
    ['directional_loss', 'Control'],
    ['mixed_signals', null],
    ['not_ready', null],
    ['error', null],
  ])('with the verdict %s the recommended variation is %s', async (verdict, name) => {
    fake.measure(experience.id, { verdict });
    const [found] = await results();
    const id = experience.variations.find((variation) => variation.name === name)?.id ?? null;
    expect(found).toMatchObject({ recommended_variation: name, recommended_variation_id: id });
  });

  test('no variation is recommended if two have the name of the winner', async () => {
    const twins = fake.create({
      variations: experience.variations.flatMap((variation) =>
        variation.isControl ? [variation] : [variation, { ...variation, id: challengerId() ?? '', order: 2 }],
      ),
    });
    fake.measure(twins.id, { verdict: 'strong_win' });
    const [found] = await results({ experience_id: twins.id });
    expect(found).toMatchObject({ recommended_variation_id: null, best_variation_id: null });
  });
});

describe('an action that succeeded', () => {
  test('an action does not fail if its response and the experience cannot be read', async () => {
    fake.faults.add({ kind: 'status', status: 200, body: '<html>', after: true }, { path: '/actions/' });
    fake.faults.add({ kind: 'status', status: 500 }, { path: `/experiences/${experience.id}`, times: 9 });
    const ended = await end({ outcome: 'winner', variation_id: challengerId() });
    expect(ended).toMatchObject({ id: experience.id, status: 'ended', winning_variation_id: challengerId() });
    expect(acted()).toHaveLength(1);
  });

  test('an action fails if the experience turns out not to have ended', async () => {
    fake.faults.add({ kind: 'status', status: 200, body: '<html>' }, { path: '/actions/' });
    const failure = await failureOf(end({ outcome: 'none' }));
    expect(failure.text).toContain('it is started');
  });
});

describe('an action that is not possible', () => {
  test('a pause halts with the reason if the experience is paused already', async () => {
    fake.act(experience.id, 'pause');
    const inputData = { experience_id: experience.id };
    const failure = await failureOf(run(performOf('creates', 'pause_experience'), { authData, inputData }));
    expect(failure.name).toBe('HaltedError');
    expect(failure.text).toContain(
      '“Backpack price test” cannot be paused: it is paused. Nothing was changed.',
    );
  });

  test('an end halts if the experience has ended already', async () => {
    fake.act(experience.id, 'end');
    expect((await failureOf(end({ outcome: 'none' }))).name).toBe('HaltedError');
  });
});
