/** A mailbox as it stands in a mail's head. */
export interface Mailbox {
  /** The display name; empty where there is none. */
  name: string;
  address: string;
}

export type ParsedMailboxes = { ok: true; mailboxes: Mailbox[] } | { ok: false; problem: string };

const MOST_RECIPIENTS = 50;

/**
 * Reads mailboxes from one text (`Ann <ann@a.example>, b@b.example`) or a list of such texts. An address
 * that comes twice counts once. Stricter than RFC 5322: no comments, no quoted local parts, and no
 * control character anywhere, since a line break in a recipient would write new header fields.
 */
export function parseMailboxes(value: string | readonly string[]): ParsedMailboxes {
  const entries = typeof value === 'string' ? splitEntries(value) : value.flatMap(splitEntries);
  const mailboxes = new Map<string, Mailbox>();
  for (const entry of entries) {
    const mailbox = parseMailbox(entry);
    if (mailbox === null) {
      return { ok: false, problem: `${quote(entry)} is no email address.` };
    }
    mailboxes.set(mailbox.address.toLowerCase(), mailbox);
  }
  if (mailboxes.size === 0) {
    return { ok: false, problem: 'No email address is given.' };
  }
  if (mailboxes.size > MOST_RECIPIENTS) {
    return {
      ok: false,
      problem: `${mailboxes.size} addresses are more than the ${MOST_RECIPIENTS} allowed.`,
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
  if (/\p{Cc}/u.test(entry) || address === undefined || address.length > 254 || !ADDRESS.test(address)) {
    return null;
  }
  return { name: (found?.quoted ?? found?.plain ?? '').trim(), address };
}

/** Splits at commas and semicolons that stand outside quotes and angle brackets. */
function splitEntries(text: string): string[] {
  return (text.match(/(?:"[^"]*"|<[^>]*>|[^,;"<]|["<])+/g) ?? [])
    .map((entry) => entry.replace(/^ +| +$/g, ''))
    .filter((entry) => entry !== '');
}

function quote(text: string): string {
  return `“${text.replace(/\p{Cc}/gu, '␤').slice(0, 80)}”`;
}

/** The part of an address behind its `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
