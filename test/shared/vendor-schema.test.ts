import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseEvent } from '../../shared/events.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { schemaProblems } from '../fixtures/intelligems-schema.ts';

const SAMPLES = new URL('../../shared/samples/', import.meta.url);
const NOW = 1_788_271_331_000;

let fake: FakeIntelligems;
beforeAll(async () => {
  fake = await startFakeIntelligems({ now: () => NOW });
});
afterAll(() => fake.close());

async function answer(path: string, body?: object): Promise<{ status: number; document: unknown }> {
  const response = await fetch(`${fake.url}/v25-10-beta/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'intelligems-access-token': fake.token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, document: await response.json() };
}

const names = readdirSync(SAMPLES).filter((name) => name.endsWith('.json'));

test.each(names)('the sample %s validates against the vendor’s Experience schema', (name) => {
  const body = readFileSync(new URL(name, SAMPLES));
  const { experience, organization } = JSON.parse(body.toString());
  expect(schemaProblems('experience', experience)).toEqual([]);
  expect(experience.organizationId).toBe(organization.id);
  const shares = experience.variations.map(({ percentage }: { percentage: number }) => percentage);
  expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBe(100);
  expect(experience.isPreview).toBe(experience.status !== 'started');
  expect(parseEvent(body)).toMatchObject({ ok: true, event: { experience: { id: experience.id } } });
});

test('the samples include every kind of experience that matters', () => {
  const types = names.map((name) => JSON.parse(readFileSync(new URL(name, SAMPLES), 'utf8')).experience.type);
  expect(new Set(types)).toEqual(
    new Set([
      'pricing',
      'shipping',
      'personalization/offer',
      'content/url',
      'content/theme',
      'content/onsiteEdits',
      'checkoutBlock',
      'personalization',
    ]),
  );
});

test('a document that deviates from the schema is found', () => {
  const { experience } = JSON.parse(readFileSync(new URL('start.json', SAMPLES), 'utf8'));
  expect(schemaProblems('experience', { ...experience, currency: 'USD' })).not.toEqual([]);
  expect(schemaProblems('experience', { ...experience, testTypes: ['pricing'] })).not.toEqual([]);
  expect(schemaProblems('experience', { ...experience, unknown: 1 })).not.toEqual([]);
});

test('every answer and every webhook of the fake Intelligems validates against the vendor’s schema', async () => {
  const { id } = fake.create({ type: 'pricing', currency: 'CHF' });
  fake.update(id, { name: 'Backpack price test', document: { description: 'Cheaper sells more.' } });
  fake.measure(id, {
    verdict: 'directional_win',
    runtimeDays: 14,
    measured: [
      { visitors: 4000, orders: 120, revenue: 9600, profit: 3100 },
      { visitors: 4100, orders: 140, revenue: 11_000, profit: 3600 },
    ],
    monthlyRevenueIncrease: 2400,
  });
  const one = `experiences/${id}`;
  const overview = { view: 'overview', testResult: true };
  const charts = { ...overview, graphs: { ids: ['conversion_rate'], outputFormat: 'png' } };
  const calls: [Parameters<typeof schemaProblems>[0], string, object?][] = [
    ['actionAnswer', `${one}/actions/start`, {}],
    ['listAnswer', 'experiences-list?limit=5'],
    ['experienceAnswer', one],
    ['experienceAnswer', `${one}?includeChangeLog=true`],
    ['analyticsAnswer', `analytics/resource/${id}`, charts],
    ['actionAnswer', `${one}/actions/pause`, {}],
    ['actionAnswer', `${one}/actions/end`, {}],
  ];
  for (const verdict of ['not_ready', 'error'] as const) {
    const other = fake.create();
    fake.measure(other.id, { verdict });
    calls.push(['analyticsAnswer', `analytics/resource/${other.id}`, overview]);
  }
  for (const [schema, path, body] of calls) {
    const { status, document } = await answer(path, body);
    expect([path, status, schemaProblems(schema, document)]).toEqual([path, 200, []]);
  }
  for (const { action, body } of fake.webhooks) {
    expect([action, schemaProblems('experience', JSON.parse(body).experience)]).toEqual([action, []]);
  }
});

test('the fake’s list lacks who performed an action, and a single experience has it', async () => {
  const { id } = fake.create();
  fake.act(id, 'start', 'jonas@alpine-goods.example');
  const listed = (await answer('experiences-list?limit=100')).document as {
    experiencesList: { id: string }[];
  };
  const item = listed.experiencesList.find((each) => each.id === id);
  expect(item).toMatchObject({ hasSchedule: false, experienceActions: [{ action: 'start' }] });
  expect(JSON.stringify(item)).not.toContain('performedBy');
  const single = await answer(`experiences/${id}`);
  expect(single.document).toMatchObject({
    experience: { experienceActions: [{ performedBy: 'jonas@alpine-goods.example' }] },
  });
});
