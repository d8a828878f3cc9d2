import type { Message } from '../../contract/message.ts';
import { type Mailbox, parseMailboxes } from './addresses.ts';
import { experienceVariables } from './experience-variables.ts';
import { chartOf } from './formats.ts';
import { PICTURE_ID, type Picture } from './picture.ts';
import { reportVariables } from './report-variables.ts';
import type { EmailSettings } from './settings.ts';
import { PARTS, type Part, renderPart, type Templates } from './templates.ts';
import { listHeaders, oneLine, threading, threadSubject } from './thread.ts';

/** A mail as it goes to the mail server, before its encoding. */
export interface Mail {
  from: Mailbox;
  to: Mailbox[];
  subject: string;
  text: string;
  html: string;
  /** With angle brackets. */
  messageId: string;
  /** The root of its thread, for In-Reply-To and References; null for a mail without a thread. */
  root: string | null;
  headers: Record<string, string>;
  /** The same on every attempt. */
  date: Date;
  /** Carried by the mail and shown in its HTML; null for none. */
  picture: Picture | null;
}

export interface RenderedMail {
  mail: Mail;
  /** Which custom templates failed, and why. The mail is complete anyway. */
  problems: string[];
}

/**
 * Renders the mail of a message.
 *
 * @param templates as `loadTemplates` gives them
 * @param knownSubject the subject of the experience's thread so far; null if none is known
 * @param picture the message's chart, for the mail to carry; null to show it from its URL
 */
export function renderMail(
  message: Message,
  settings: EmailSettings,
  templates: Templates,
  knownSubject: string | null,
  picture: Picture | null = null,
): RenderedMail {
  const [from] = mailboxes(settings.from);
  const thread = threading(message, from);
  const subject = knownSubject ?? subjectOf(message);
  const [name, made] =
    message.kind === 'experience'
      ? ([message.event.action, experienceVariables(message, settings, subject)] as const)
      : (['report', reportVariables(message, settings, subject)] as const);
  const variables =
    picture === null || made.chart === null
      ? made
      : { ...made, chart: { ...made.chart, image: `cid:${PICTURE_ID}` } };
  const rendered = Object.fromEntries(
    PARTS.map((part) => [part, renderPart(templates, name, part, variables)]),
  ) as Record<Part, ReturnType<typeof renderPart>>;
  const html = rendered.html.text.trim().replace(/\n\s*\n+/g, '\n');
  return {
    mail: {
      from,
      to: mailboxes(settings.to),
      subject: oneLine(rendered.subject.text) || subject,
      text: `${rendered.text.text.replace(/\n{3,}/g, '\n\n').trim()}\n`,
      html,
      messageId: thread.messageId,
      root: thread.root,
      headers: listHeaders(settings, from),
      date: new Date(message.receivedAt),
      picture: html.includes(`cid:${PICTURE_ID}`) ? picture : null,
    },
    problems: PARTS.flatMap((part) => rendered[part].problem ?? []),
  };
}

/** The URL of the chart of a message's results; null if it has none. */
export function chartUrl(message: Message): string | null {
  const chart = message.kind === 'experience' ? message.results?.chart : message.report.image;
  return chartOf(chart)?.url ?? null;
}

/** The subject that a message's mail has by itself, when no thread of its experience is known. */
export function subjectOf(message: Message): string {
  return message.kind === 'experience' ? threadSubject(message) : oneLine(message.report.title);
}

function mailboxes(value: string | readonly string[]): [Mailbox, ...Mailbox[]] {
  const parsed = parseMailboxes(value);
  if (!parsed.ok) {
    throw new TypeError(parsed.problem);
  }
  return parsed.mailboxes as [Mailbox, ...Mailbox[]];
}
