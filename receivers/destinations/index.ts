import type { DestinationKind } from '../contract/destination.ts';
import { discord } from './discord/definition.ts';
import { email } from './email/definition.ts';
import { googlechat } from './googlechat/definition.ts';
import { http } from './http/definition.ts';
import { previewOf } from './preview/definition.ts';
import { sheets } from './sheets/definition.ts';
import { slack } from './slack/definition.ts';
import { teams } from './teams/definition.ts';

/** The kinds that people connect, in the order in which they are shown. */
export const CONNECTED_KINDS: readonly DestinationKind[] = [
  slack,
  sheets,
  email,
  http,
  teams,
  discord,
  googlechat,
];

/** All kinds of destinations: those that people connect, and the one that prints what they would get. */
export const DESTINATION_KINDS: readonly DestinationKind[] = [...CONNECTED_KINDS, previewOf(CONNECTED_KINDS)];

/** The kinds that people connect, as a list in a sentence: “Slack, Google Sheets or email”. */
export function kindTitles(conjunction: 'and' | 'or'): string {
  const type = conjunction === 'and' ? 'conjunction' : 'disjunction';
  return new Intl.ListFormat('en-US', { type }).format(
    CONNECTED_KINDS.map(({ title, titleInSentence = title }) => titleInSentence),
  );
}
