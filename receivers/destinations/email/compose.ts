import MailComposer from 'nodemailer/lib/mail-composer';
import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs';
import MimeNode from 'nodemailer/lib/mime-node';
import { asciiAddress, type Mailbox } from './addresses.ts';
import { PICTURE_ID, type Picture } from './picture.ts';
import type { Mail } from './render.ts';

/** nodemailer encodes words of at most this many characters, so that a header line stays within 76. */
const WORD_LENGTH = 52;

/**
 * The bytes of a mail, head and body.
 *
 * @param to whom its To header names
 */
export async function composeMail(mail: Mail, to: readonly Mailbox[]): Promise<Buffer> {
  const { root } = mail;
  const body = await new MailComposer({
    text: mail.text,
    html: mail.html,
    attachments: mail.picture === null ? [] : [inline(mail.picture)],
    messageId: mail.messageId,
    ...(root === null ? {} : { inReplyTo: root, references: root }),
    headers: {
      Subject: { prepared: true, foldLines: true, value: headerText('Subject', mail.subject) },
      ...mail.headers,
    },
    date: mail.date,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  return Buffer.concat([
    Buffer.from(`${mailboxHeader('From', [mail.from])}${mailboxHeader('To', to)}`),
    body,
  ]);
}

function mailboxHeader(name: string, mailboxes: readonly Mailbox[]): string {
  const values = mailboxes.map((mailbox) => {
    const address = asciiAddress(mailbox.address);
    return looksEncoded(mailbox.name)
      ? `${encodeWord(mailbox.name, 'Q', WORD_LENGTH)} <${MimeNode.encodeHeaderValue(name, { address, name: '' })}>`
      : MimeNode.encodeHeaderValue(name, { address, name: mailbox.name });
  });
  return `${foldLines(`${name}: ${values.join(', ')}`, 76)}\r\n`;
}

function headerText(name: string, text: string): string {
  return looksEncoded(text) ? encodeWord(text, 'Q', WORD_LENGTH) : MimeNode.encodeHeaderValue(name, text);
}

/** Mail programs would decode such a text (RFC 2047): encoded once more, they show it as it is. */
function looksEncoded(text: string): boolean {
  return text.includes('=?');
}

function inline({ content, contentType }: Picture) {
  const filename = `chart.${contentType.replace('image/', '')}`;
  return { content, contentType, filename, cid: PICTURE_ID, contentDisposition: 'inline' as const };
}
