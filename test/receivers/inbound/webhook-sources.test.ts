import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { webhookSources } from '../../../receivers/inbound/webhook-sources.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

const unset = { name: 'default', secrets: [], previousSecrets: [], organizationId: null };
const set = { name: 'default', secrets: ['new', 'newer'], previousSecrets: ['old'], organizationId: null };
const outlet = {
  name: 'outlet',
  secrets: ['of the outlet'],
  previousSecrets: [],
  organizationId: 'outlet-organization',
};

let data: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  data = temporaryFolder();
});
afterEach(() => data.remove());

test('a source without a secret gets one that is generated once', () => {
  const first = webhookSources([unset], data.folder);
  expect(first.newSecret).toMatch(/^[0-9a-f]{64}$/);
  const again = webhookSources([unset], data.folder);
  expect(again.newSecret).toBeNull();
  expect(again.sources.get('default')).toEqual({
    name: 'default',
    secrets: [first.newSecret],
    previousSecrets: [],
    organizationId: null,
  });
});

test('the file of the generated secret appears whole, with nothing else', () => {
  const { newSecret } = webhookSources([unset], data.folder);
  expect(readdirSync(data.folder)).toEqual(['webhook-secret']);
  expect(readFileSync(join(data.folder, 'webhook-secret'), 'utf8')).toBe(`${newSecret}\n`);
});

test('a missing file does not matter if a secret is configured', () => {
  writeFileSync(join(data.folder, 'webhook-secret'), '');
  expect(webhookSources([set], data.folder).sources.get('default')).toEqual(set);
});

test('configured secrets are used, and none is generated', () => {
  const { sources, newSecret } = webhookSources([set, outlet], data.folder);
  expect(newSecret).toBeNull();
  expect([...sources]).toEqual([
    ['default', set],
    ['outlet', outlet],
  ]);
});

test('the generated secret becomes the previous one once another is configured', () => {
  const { newSecret } = webhookSources([unset], data.folder);
  const { sources } = webhookSources([set, outlet], data.folder);
  expect(sources.get('default')).toEqual({ ...set, previousSecrets: ['old', newSecret] });
  expect(sources.get('outlet')).toEqual(outlet);
});
