import { domainToASCII } from 'node:url';

/** A name and an address, as in a mail's From and To. */
export interface Mailbox {
  /** The display name; empty if there is none. */
  name: string;
  address: string;
}

export type ParsedMailboxes = { ok: true; mailboxes: Mailbox[] } | { ok: false; problem: string };

const MOST_RECIPIENTS = 50;

/**
 * Reads mailboxes from one text (`Ann <ann@a.example>, b@b.example`) or a list of such texts. An address
 * that appears twice counts once. Stricter than RFC 5322: no comments, no quoted local parts, and no
 * control character anywhere, since a line break in a recipient would write new header fields.
 */
export function parseMailboxes(value: string | readonly string[]): ParsedMailboxes {
  const entries = typeof value === 'string' ? splitEntries(value) : value.flatMap(splitEntries);
  const mailboxes = new Map<string, Mailbox>();
  for (const entry of entries) {
    const mailbox = parseMailbox(entry);
    if (mailbox === null) {
      return { ok: false, problem: `${quote(entry)} is not an email address.` };
    }
    mailboxes.set(addressKey(mailbox.address), mailbox);
  }
  if (mailboxes.size === 0) {
    return { ok: false, problem: 'No email address.' };
  }
  if (mailboxes.size > MOST_RECIPIENTS) {
    return {
      ok: false,
      problem: `${mailboxes.size} addresses; at most ${MOST_RECIPIENTS} are allowed.`,
    };
  }
  return { ok: true, mailboxes: [...mailboxes.values()] };
}

const MAILBOX = /^(?:(?:"(?<quoted>[^"<>]*)"|(?<plain>[^"<>]*?))\s*<(?<inner>[^<>\s]+)>|(?<bare>[^<>\s]+))$/u;
const ADDRESS =
  /^[^\s"(),:;<>@[\\\]]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;

function parseMailbox(entry: string): Mailbox | null {
  const found = MAILBOX.exec(entry)?.groups;
  const address = found?.inner ?? found?.bare;
  if (/\p{Cc}/u.test(entry) || address === undefined || address.length > 254 || !isAddress(address)) {
    return null;
  }
  return { name: (found?.quoted ?? found?.plain ?? '').trim(), address };
}

function isAddress(address: string): boolean {
  return ADDRESS.test(address) && domainOf(address) !== '';
}

/** Splits at commas and semicolons outside quotes and angle brackets. */
function splitEntries(text: string): string[] {
  return (text.match(/(?:"[^"]*"|<[^>]*>|[^,;"<]|["<])+/g) ?? [])
    .map((entry) => entry.replace(/^ +| +$/g, ''))
    .filter((entry) => entry !== '');
}

function quote(text: string): string {
  return `“${text.replace(/\p{Cc}/gu, '␤').slice(0, 80)}”`;
}

/** The domain of an address as DNS knows it: lower case, and international domains in ASCII (RFC 5891). */
export function domainOf(address: string): string {
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1));
}

/** The domain of the first mailbox of a text that {@link parseMailboxes} accepts. */
export function domainOfMailbox(text: string): string {
  const parsed = parseMailboxes(text);
  return domainOf(parsed.ok ? (parsed.mailboxes[0]?.address ?? '') : '');
}

/** An address with its domain in ASCII. The part before the `@` stays as it is. */
export function asciiAddress(address: string): string {
  return `${localPart(address)}@${domainOf(address)}`;
}

/** What two spellings of one address have in common. */
export function addressKey(address: string): string {
  return asciiAddress(address).toLowerCase();
}

/** Whether the part before the `@` has letters that only servers with SMTPUTF8 take (RFC 6531). */
export function needsUtf8(address: string): boolean {
  return /[^\p{ASCII}]/u.test(localPart(address));
}

function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
