import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlainOutputField } from 'zapier-platform-core';
import { render } from '../../receivers/zapier/render.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { AWKWARD_MESSAGES, sampleMessage } from '../fixtures/messages.ts';
import { app, connectTo, performOf, run } from './zap.ts';

/**
 * Zapier's checks of live results (docs.zapier.com, “Integration check reference”), made with what the app gives
 * against a fake Intelligems and a receiver that has nothing yet.
 */

type Item = Record<string, unknown>;

let fake: FakeIntelligems;
let receiver: FakeOwnApi;
let authData: Record<string, string>;
let experienceId: string;

beforeAll(async () => {
  fake = await startFakeIntelligems();
  receiver = await startFakeOwnApi();
  receiver.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' };
  authData = {
    ...connectTo(fake),
    webhook_secret: 'secret',
    receiver_url: new URL(receiver.url).origin,
    receiver_key: 'a key for the Zapier app',
  };
  experienceId = fake.create({ name: 'Backpack price test', type: 'pricing' }).id;
  fake.act(experienceId, 'start');
  fake.measure(experienceId, { verdict: 'strong_win' });
  fake.create({ name: 'Unstarted' });
});

afterAll(async () => {
  await fake.close();
  await receiver.close();
});

interface Operation {
  type?: string;
  sample: Item;
  outputFields: PlainOutputField[];
}

type Group = 'triggers' | 'creates' | 'searches';

const visible = (['triggers', 'creates', 'searches'] as const).flatMap((group) =>
  Object.entries(app[group] as Record<string, { display: { hidden?: boolean }; operation: unknown }>)
    .filter(([, { display }]) => display.hidden !== true)
    .map(([key, { operation }]): [Group, string, Operation] => [group, key, operation as Operation]),
);

/** What a step gives: what the editor shows of a trigger, and what an action or a search answers. */
async function live(group: Group, key: string, { type }: Operation): Promise<Item[]> {
  const name = type === 'hook' ? 'performList' : 'perform';
  if (key === 'pause_experience' || key === 'end_experience' || key === 'start_experience') {
    const { id } = fake.create();
    if (key !== 'start_experience') {
      fake.act(id, 'start');
    }
    const inputData = { experience_id: id, outcome: 'none' };
    return [await run(performOf(group, key), { authData, inputData })];
  }
  const inputData = group === 'searches' ? { experience_id: experienceId, name: 'Backpack' } : {};
  return run(performOf(group, key, name), { authData, inputData, meta: { isLoadingSample: true } });
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

function fits(value: unknown, { type, children }: PlainOutputField): boolean {
  if (value === null || children !== undefined) {
    return value === null || Array.isArray(value);
  }
  if (type === 'integer') {
    return Number.isInteger(value);
  }
  return type === 'datetime' ? ISO_TIME.test(String(value)) : typeof value === type;
}

describe.each(visible)('%s.%s', (group, key, operation) => {
  test('the step gives live results with an ID, with the keys of its sample, in the types of its fields (T002–T006, Z001)', async () => {
    const items = await live(group, key, operation);
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      expect(item.id).toEqual(expect.any(String));
      expect(Object.keys(item).sort()).toEqual(Object.keys(operation.sample).sort());
      for (const field of operation.outputFields) {
        expect([field.key, item[field.key], fits(item[field.key], field)]).toEqual([
          field.key,
          item[field.key],
          true,
        ]);
      }
    }
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
  });

  test('every search and action has a field to fill in (D009, D022)', () => {
    const { inputFields = [] } = operation as { inputFields?: unknown[] };
    expect(group === 'triggers' || inputFields.length > 0).toBe(true);
  });
});

test('objects from the receiver have the keys of the samples, for any event (T004, T006)', () => {
  const keys = Object.keys(app.triggers.experience_started?.operation.sample ?? {});
  for (const message of [sampleMessage('start'), ...Object.values(AWKWARD_MESSAGES)]) {
    expect(Object.keys(render(message))).toEqual(keys);
  }
});

test('the description of the app is about Intelligems, in one to three sentences (M002)', () => {
  const file = new URL('../../zapier-app/package.json', import.meta.url);
  const { description } = JSON.parse(readFileSync(file, 'utf8'));
  expect(description).not.toMatch(/zapier|sync/i);
  expect(description.length).toBeGreaterThanOrEqual(40);
  expect(description.length).toBeLessThanOrEqual(140);
});
