import { describe, expect, test } from '@jest/globals';
import { googlechat } from '../../../../receivers/destinations/googlechat/definition.ts';
import { renderGoogleChat } from '../../../../receivers/destinations/googlechat/render.ts';
import { messageFaults } from '../../../fakes/google-chat.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import { CHAT_MESSAGES, extremeMessages } from '../common/messages.ts';

describe.each(Object.entries(CHAT_MESSAGES))('%s', (name, message) => {
  const file = name.replaceAll(' ', '-');

  test('the Google Chat message matches its golden file', () => {
    const rendered = JSON.stringify(renderGoogleChat(message), null, 2);
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), `${rendered}\n`);
  });

  test('the Google Chat preview matches its golden text', () => {
    const { text } = googlechat.preview(message, googlechat.example);
    expectGolden(new URL(`golden/${file}.txt`, import.meta.url), `${text}\n`);
  });
});

test.each([
  ...Object.entries(CHAT_MESSAGES),
  ...Object.entries(extremeMessages()).map(([name, message]) => [`extreme ${name}`, message] as const),
])('%s stays within the limits of Google Chat', (_, message) => {
  const rendered = renderGoogleChat(message);
  expect(messageFaults(rendered)).toEqual([]);
});
