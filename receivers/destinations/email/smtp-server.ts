import { hostname } from 'node:os';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import { percentDecoded, urlCredentials } from '../../base/percent-decoding.ts';

/** The mail server that an `SMTP_URL` names. */
export interface SmtpServer {
  host: string;
  port: number;
  /** Host and port, for people. */
  name: string;
  /** TLS from the start, as smtps:// says. */
  secure: boolean;
  /** Null if the URL names no user. */
  login: { user: string; pass: string } | null;
  /** Further options of nodemailer, from the URL's query: tls.rejectUnauthorized, requireTLS, name, … */
  options: ReturnType<typeof parseConnectionUrl>;
  /** Texts that must stay secret. */
  secrets: string[];
}

const URL_FORM =
  'Write it as smtps://user:password@host:465 or smtp://user:password@host:587, and percent-encode special characters in user and password: @ is %40, / is %2F, # is %23, ? is %3F, % is %25.';

/** Where a password may travel unencrypted: it does not leave this machine. */
const LOOPBACK = /^(localhost|127\..*|\[?::1\]?)$/;

/** Why a text is not a valid `SMTP_URL`, and what to write instead; null if it is valid. Quotes nothing of it. */
export function smtpUrlProblem(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    return URL_FORM;
  }
  if (url.hash !== '' || `${url.pathname}${url.search}`.includes('@')) {
    return `Part of the user or password looks like another part of the URL. ${URL_FORM}`;
  }
  return null;
}

/** Shorter texts are too likely to be part of ordinary words, in characters. */
const SHORTEST_SECRET = 6;

/**
 * Reads a valid `SMTP_URL`.
 *
 * @param domain the sender's, with which this machine introduces itself if its own name is not a full host name, as in a
 *   container: Google's relay refuses the address in brackets that nodemailer uses then
 *   (https://github.com/nodemailer/nodemailer/issues/1742)
 */
export function smtpServer(text: string, domain: string): SmtpServer {
  const url = new URL(text);
  const { auth: _, ...options } = parseConnectionUrl(text);
  const secure = url.protocol === 'smtps:';
  const port = options.port === undefined ? (secure ? 465 : 587) : Number(options.port);
  const { username, password } = urlCredentials(url);
  const requireTLS = password !== '' && !LOOPBACK.test(url.hostname);
  return {
    host: options.host ?? url.hostname,
    port,
    name: `${percentDecoded(url.hostname)}:${port}`,
    secure,
    login: username === '' && password === '' ? null : { user: username, pass: password },
    options: { requireTLS, ...(hostname().includes('.') ? {} : { name: domain }), ...options },
    secrets: spellings(url.password, username, password).filter(({ length }) => length >= SHORTEST_SECRET),
  };
}

/** The password as written in the URL, decoded, and as AUTH LOGIN and AUTH PLAIN send it. */
function spellings(written: string, username: string, password: string): string[] {
  const inBase64 = [password, `\0${username}\0${password}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return [...new Set([...inBase64, written, password])];
}
