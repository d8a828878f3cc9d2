import type { SettingName } from '../../contract/destination.ts';
import { isPlainAnswer } from '../common/plain-answer.ts';
import type { SmtpFailure } from './transmission.ts';

/** Certificates that no known authority signed, by Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];

/** What else answers at ports that people mistake for SMTP. */
const OTHER_PROTOCOLS: [RegExp, string][] = [
  [/^HTTP\//, 'a web server'],
  [/^\+OK/, 'a POP3 server'],
  [/^\* (OK|PREAUTH|BYE)/, 'an IMAP server'],
  [/^SSH-/, 'an SSH server'],
];

/** Why there is no connection, or why it ended, and what to do: sentences for people. */
export function connectionReason(failure: SmtpFailure, server: string, setting: SettingName): string {
  const { message, step, timeoutType } = failure;
  const url = setting('smtpUrl');
  // nodemailer names a command, and encrypts by STARTTLS only.
  if (isPlainAnswer(failure) && failure.command !== undefined) {
    return `${server} offers STARTTLS, but then answers without TLS. Its administrator has to fix that; meanwhile use another port, such as smtps:// and 465, in ${url}.`;
  }
  if (isPlainAnswer(failure)) {
    return `${server} does not use TLS from the start. Write smtp:// instead of smtps:// in ${url}, which encrypts by STARTTLS, or use another port, such as 465.`;
  }
  const greeting = /^Invalid greeting\. response=(.*)/s.exec(message)?.[1];
  if (greeting !== undefined) {
    const other =
      OTHER_PROTOCOLS.find(([pattern]) => pattern.test(greeting))?.[1] ?? 'another kind of server';
    return `${server} is ${other}, not a mail server (SMTP). Check host and port in ${url}.`;
  }
  const code = failure.originalCode ?? failure.code ?? '';
  if (UNTRUSTED.includes(code)) {
    return `The certificate of ${server} is signed by no known authority (${message}). If it is your own server, set NODE_EXTRA_CA_CERTS to the file with its certificate authority, or on a private network add ?tls.rejectUnauthorized=false to ${url}.`;
  }
  switch (code) {
    case 'ETLSPORT':
      return `${server} expects TLS from the start. Write smtps:// instead of smtp:// in ${url}.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${server} is for another host name${certificateNames(failure)}. Write a name that the certificate has in ${url}, or add ?tls.servername= with that name.`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${server} is not valid now (${message}). Its administrator has to renew it; check the clock of this machine too.`;
    case 'ETIMEDOUT':
      return `${server} did not answer in time${step === undefined && timeoutType === undefined ? '' : ` (${(step ?? message).replace(/^No answer to /, '')})`}.`;
    case 'EABORT':
      return `The attempt at ${server} ended before the mail was sent.`;
    case 'EDNS':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host name of the mail server cannot be resolved (${server}). Check ${url}.`;
    case 'ECONNREFUSED':
      return `Nothing answers at ${server}. Check host and port in ${url}, and whether the mail server runs.`;
    case 'ETLS':
      return `The encrypted connection to ${server} failed: ${message}. Check port and protocol in ${url}, and the server’s certificate.`;
    default:
      return `The connection to ${server} failed: ${message.replace(/\s+/g, ' ')}.`;
  }
}

function certificateNames({ cert }: SmtpFailure): string {
  const names = cert?.subjectaltname?.replace(/(DNS|IP Address):/g, '') ?? '';
  return names === '' ? '' : ` (${names})`;
}
