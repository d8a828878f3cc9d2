import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { cut, nameWords, typeWords } from '../../../shared/words.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import { asciiAddress, domainOf, type Mailbox } from './addresses.ts';
import type { EmailSettings } from './settings.ts';

/** What identifies a mail and keeps the mails of an experience together. */
export interface Threading {
  /** With angle brackets; the same for every attempt of a delivery. */
  messageId: string;
  /** The Message-ID that all mails of the experience refer to; null for a mail without a thread. */
  root: string | null;
}

/**
 * The Message-ID of a message and the root of its thread. Both are computed from what they identify, so a
 * repeat has the same ones. No mail has the root's id: mail programs join mails that refer to the same id even
 * if they never saw it (RFC 5256, section 2.2).
 */
export function threading(message: Message, from: Mailbox): Threading {
  const domain = domainOf(from.address);
  const { experienceKey } = message;
  return {
    messageId: `<${message.key}@${domain}>`,
    root: experienceKey === null ? null : `<experience-${fingerprint(experienceKey)}@${domain}>`,
  };
}

/** Under which key an email destination remembers the subject of an experience's thread. */
export function subjectFact(experienceKey: string): string {
  return `subject-${fingerprint(experienceKey)}`;
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The longest subject, in characters: most mail programs show no more. */
const SUBJECT_LIMIT = 150;

/**
 * The subject of all mails of an experience: what it is, and whose. It names no action, because Gmail joins
 * mails into a thread only if their subjects are the same. What happened is in the mail's first line, which
 * mail programs show after the subject.
 */
export function threadSubject({ event }: ExperienceMessage): string {
  const { experience, organization } = event;
  const store = organization.name ?? organization.shopId;
  const type = experience.type === undefined ? [] : [typeWords(experience.type)];
  const about = [...type, ...(store === undefined ? [] : [store])].map(oneLine).join(', ');
  const name = cut(oneLine(nameWords(experience)), 100);
  return cut(about === '' ? name : `${name} (${about})`, SUBJECT_LIMIT);
}

/** The headers that show mail programs and list servers what kind of mail this is. */
export function listHeaders(settings: EmailSettings, from: Mailbox): Record<string, string> {
  const domain = domainOf(from.address);
  const unsubscribe = asciiUrl(settings.unsubscribe ?? `mailto:${from.address}?subject=Unsubscribe`);
  return {
    'List-Id': `<${domainToASCII(settings.listId ?? `experiments.${domain}`)}>`,
    'List-Unsubscribe': `<${unsubscribe}>`,
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
  };
}

/** A URL in ASCII: international domains as DNS knows them, everything else percent-encoded (RFC 2369, RFC 3986). */
function asciiUrl(url: string): string {
  const mail = /^mailto:([^?]+)(.*)$/su.exec(url);
  return new URL(mail === null ? url : `mailto:${asciiAddress(mail[1] as string)}${mail[2]}`).href;
}

/**
 * A text on one line: control characters and line breaks become spaces, and characters that override the
 * writing direction are removed.
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}
