import { inline } from '../common/text.ts';
import { type Inline, type Markup, markup, type PlainText, plainText, text } from './blocks.ts';

/** Slack's user IDs by email address. People who are missing are shown by their address. */
export type People = ReadonlyMap<string, string>;

const ADDRESS_LIMIT = 254;

/** A person in rich text: a mention, or the email address. */
export function person(email: string, people: People): Inline {
  const id = people.get(email);
  return id === undefined ? text(inline(email, ADDRESS_LIMIT)) : { type: 'user', user_id: id };
}

/** A person in a context block. */
export function personElement(email: string, people: People): PlainText | Markup {
  const id = people.get(email);
  return id === undefined ? plainText(inline(email, ADDRESS_LIMIT) || '–') : markup(`<@${id}>`);
}
