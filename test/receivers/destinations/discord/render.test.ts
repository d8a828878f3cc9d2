import { describe, expect, test } from '@jest/globals';
import { discord } from '../../../../receivers/destinations/discord/definition.ts';
import { renderDiscord } from '../../../../receivers/destinations/discord/render.ts';
import { faultsOf } from '../../../fakes/discord.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { CHAT_MESSAGES, extremeMessages } from '../common/messages.ts';

describe.each(Object.entries(CHAT_MESSAGES))('%s', (name, message) => {
  const file = name.replaceAll(' ', '-');

  test('the Discord message matches its golden file', () => {
    const rendered = JSON.stringify(renderDiscord(message), null, 2);
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), `${rendered}\n`);
  });

  test('the Discord preview matches its golden text', () => {
    const { text } = discord.preview(message, discord.example);
    expectGolden(new URL(`golden/${file}.txt`, import.meta.url), `${text}\n`);
  });
});

test.each([
  ...Object.entries(CHAT_MESSAGES),
  ...Object.entries(extremeMessages()).map(([name, message]) => [`extreme ${name}`, message] as const),
])('%s stays within the limits of Discord', (_, message) => {
  const rendered = renderDiscord(message);
  expect(faultsOf(rendered.embeds)).toEqual([]);
});
