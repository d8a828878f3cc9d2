import { describe, expect, test } from '@jest/globals';
import { teams } from '../../../../receivers/destinations/teams/definition.ts';
import { renderTeams } from '../../../../receivers/destinations/teams/render.ts';
import { cardFaults } from '../../../fakes/teams.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { CHAT_MESSAGES, extremeMessages } from '../common/messages.ts';

describe.each(Object.entries(CHAT_MESSAGES))('%s', (name, message) => {
  const file = name.replaceAll(' ', '-');

  test('the Teams card matches its golden file', () => {
    const rendered = JSON.stringify(renderTeams(message), null, 2);
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), `${rendered}\n`);
  });

  test('the Teams preview matches its golden text', () => {
    const { text } = teams.preview(message, teams.example);
    expectGolden(new URL(`golden/${file}.txt`, import.meta.url), `${text}\n`);
  });
});

test.each([
  ...Object.entries(CHAT_MESSAGES),
  ...Object.entries(extremeMessages()).map(([name, message]) => [`extreme ${name}`, message] as const),
])('%s stays within the limits of Teams', (_, message) => {
  const rendered = renderTeams(message);
  expect(cardFaults(rendered.attachments[0].content)).toEqual([]);
});
