import { expect, test } from '@jest/globals';
import { loggedChanges } from '../../../receivers/experience/change-log.ts';

const words = (change: Record<string, unknown>): string[] => loggedChanges(change).map((each) => each.words);

test('an entry of the change log reads like a change between two webhooks', () => {
  const experience = {
    id: 'e',
    changedFields: ['name', 'lastUpdateTs'],
    previous: { id: 'e', name: 'Old', description: 'Same', lastUpdateTs: 1 },
    updated: { id: 'e', name: 'New', description: 'Same', lastUpdateTs: 2 },
  };
  const variations = [
    {
      id: 'b',
      changedFields: ['percentage'],
      previous: { id: 'b', name: 'Variant B', percentage: 50 },
      updated: { id: 'b', name: 'Variant B', percentage: 20 },
    },
    {
      id: 'c',
      changedFields: [],
      previous: null,
      updated: { id: 'c', name: 'Variant C', percentage: 30 },
    },
  ];
  expect(words({ experience, variations })).toEqual([
    'name “Old” → “New”',
    'added variation “Variant C” (30%)',
    'Variant B 50 → 20%',
  ]);
});

test('entities that belong to a variation are described as well', () => {
  const redirect = { id: 'r', originUrl: '/a', destinationUrl: '/b' };
  const redirects = [
    {
      id: 'r',
      changedFields: ['destinationUrl'],
      previous: redirect,
      updated: { ...redirect, destinationUrl: '/c' },
    },
  ];
  const offers = [{ id: 'o', changedFields: [], previous: { id: 'o', name: 'Ten off' }, updated: null }];
  expect(words({ redirects, offers })).toEqual(
    expect.arrayContaining(['removed offer “Ten off”', 'redirect /a → /b, now /a → /c']),
  );
});

test('an entry of an unexpected shape gives no change and does not throw', () => {
  for (const odd of [null, 7, 'text', [], [7], [{}], {}]) {
    const kinds = ['experience', 'variations', 'offers', 'audiences', 'pageTargeting'];
    for (const kind of kinds) {
      expect(words({ [kind]: odd })).toEqual([]);
    }
  }
});
