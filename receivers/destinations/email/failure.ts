import type { NodemailerError } from 'nodemailer';
import { cut } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { isPlainAnswer } from '../common/plain-answer.ts';

/** A failure of nodemailer, with the fields that this reads. */
export type SmtpFailure = Pick<
  NodemailerError,
  'message' | 'code' | 'responseCode' | 'response' | 'command'
> & { timeoutType?: string; originalCode?: string };

/**
 * What a failed send means for the delivery.
 *
 * SMTP's own rule holds (RFC 5321, section 4.2.1): 4yz may go well later, 5yz will not. 503 says that the
 * session, not the mail, was in a wrong state, and counts as passing. Without a reply, all depends on
 * whether the mail's text was under way.
 *
 * @param server host and port, for people
 * @param bodyStarted whether any byte of the mail's text had been handed to the connection
 */
export function smtpOutcome(
  failure: SmtpFailure,
  server: string,
  bodyStarted: boolean,
  setting: SettingName,
): Outcome {
  const { code, responseCode, response } = failure;
  const answer = typeof response === 'string' && response !== '' ? { answer: cut(response, 1024) } : {};
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') {
    return authenticationOutcome(failure, server, answer, setting);
  }
  if (code === 'ETLS' && isPermanent(responseCode)) {
    return {
      type: 'dead',
      reason: `${server} offers no encryption, and its password is not sent without. Use smtps:// or a port with STARTTLS (587) in ${setting('smtpUrl')}; on a private way, add ?requireTLS=false there. Then restart, and replay.`,
      ...answer,
    };
  }
  if (responseCode !== undefined && responseCode >= 400) {
    return isPermanent(responseCode)
      ? {
          type: 'dead',
          reason: `${server} refused the mail for good: ${quoted(failure)} ${advice(responseCode, setting)}`,
          ...answer,
        }
      : { type: 'retry', reason: `${server} cannot take the mail now: ${quoted(failure)}`, ...answer };
  }
  if (code === 'EMESSAGE' || code === 'EENVELOPE') {
    return { type: 'dead', reason: `The mail cannot be sent: ${failure.message}.`, ...answer };
  }
  const reason = connectionReason(failure, server, setting);
  return bodyStarted
    ? {
        type: 'retry',
        reason: `${reason} The mail may have arrived all the same.`,
        uncertain: true,
        ...answer,
      }
    : { type: 'retry', reason, ...answer };
}

/** Whether the same command would get the same reply again. */
export function isPermanent(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
}

function authenticationOutcome(
  failure: SmtpFailure,
  server: string,
  answer: { answer?: string },
  setting: SettingName,
): Outcome {
  const { responseCode } = failure;
  if (responseCode !== undefined && responseCode < 500) {
    return { type: 'retry', reason: `${server} cannot check the login now: ${quoted(failure)}`, ...answer };
  }
  const said = responseCode === undefined ? failure.message : quoted(failure);
  return {
    type: 'dead',
    reason: `${server} refuses the login: ${said} Correct user and password in ${setting('smtpUrl')} (special characters percent-encoded; many providers want an app password), restart, and replay.`,
    ...answer,
  };
}

function quoted({ response, message }: SmtpFailure): string {
  const said = (typeof response === 'string' && response !== '' ? response : message)
    .replace(/\s+/g, ' ')
    .trim();
  return `“${cut(said, 300)}”.`;
}

function advice(responseCode: number, setting: SettingName): string {
  switch (responseCode) {
    case 530:
    case 534:
    case 538:
      return `Give user and password in ${setting('smtpUrl')}, and use smtps:// or a port that offers STARTTLS; then replay.`;
    case 550:
    case 551:
    case 553:
      return `Look at the addresses in ${setting('to')}, and whether this server may send for the sender’s; then replay.`;
    case 552:
      return 'The mailbox is full or the mail too large; have it emptied, then replay.';
    case 554:
      return 'The server takes nothing from this sender or this machine: ask its operator, then replay.';
    default:
      return 'Ask the mail server’s operator what it means, then replay.';
  }
}

function connectionReason(failure: SmtpFailure, server: string, setting: SettingName): string {
  const { code, message, timeoutType, originalCode } = failure;
  if (isPlainAnswer(failure)) {
    return `${server} answers without TLS: write smtp:// in place of smtps:// in ${setting('smtpUrl')}, or another port, such as 465.`;
  }
  switch (code) {
    case 'ETIMEDOUT':
      return `${server} did not answer in time${timeoutType === undefined ? '' : ` (${message.toLowerCase()})`}.`;
    case 'EABORT':
      return `${server} did not answer in time; the attempt was given up.`;
    case 'EDNS':
      return `The mail server’s name cannot be resolved (${server}): check ${setting('smtpUrl')}.`;
    case 'ETLS':
      return `The encrypted connection to ${server} failed: ${message}. Check port and protocol in ${setting('smtpUrl')}, and the server’s certificate.`;
    default:
      return originalCode === 'ECONNREFUSED' || /ECONNREFUSED/.test(message)
        ? `Nothing answers at ${server}: check host and port in ${setting('smtpUrl')}, and whether the mail server runs.`
        : `The connection to ${server} failed: ${message.replace(/\s+/g, ' ')}.`;
  }
}
