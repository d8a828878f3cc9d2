import type { SettingName } from '../../contract/destination.ts';

/** What a mail server's answer means for people, and for the mails that wait. */
export interface ReplyAdvice {
  /** Sentences for people: the cause, if the answer hides it, and what to do. */
  advice: (setting: SettingName) => string;
  /** The server is at a limit: the destination waits this long, in milliseconds, and tries again. */
  waitMs?: number;
}

interface ReplyRule extends ReplyAdvice {
  /** Enhanced status codes without their class, such as 7.139 (RFC 3463), and reply codes, such as 550. Default: all. */
  codes?: string[];
  /** The rule is for answers with these words only. */
  words?: RegExp;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const DAILY_LIMIT: ReplyAdvice = {
  advice: () =>
    'The account has reached its daily sending limit. Mail waits and goes out when the provider allows it again. A relay such as Amazon SES or Postmark has higher limits.',
  waitMs: HOUR_MS,
};
const RATE: ReplyAdvice = {
  advice: () => 'The provider’s sending rate is reached. Mail waits a minute.',
  waitMs: MINUTE_MS,
};
const LOGIN_NEEDED: ReplyAdvice = {
  advice: (setting) =>
    `The server wants an encrypted connection and a login. Put a user and password into ${setting('smtpUrl')}, with smtps:// or a port that offers STARTTLS (587).`,
};
const CREDENTIALS: ReplyAdvice = {
  advice: (setting) =>
    `Check the user and password in ${setting('smtpUrl')}. Many providers want an app password or an SMTP key instead of the password of the account.`,
};
const APP_PASSWORD: ReplyAdvice = {
  advice: (setting) =>
    `Google accepts an app password here, not the password of the account. Create one at https://myaccount.google.com/apppasswords (2-Step Verification has to be on) and put it into ${setting('smtpUrl')}.`,
};
const BLOCKED: ReplyAdvice = {
  advice: () =>
    'The server considers this machine or this sender a source of spam. Ask the provider to lift the block.',
};
const ADDRESS: ReplyAdvice = { advice: (setting) => `Correct the address in ${setting('to')}.` };
const TOO_LARGE: ReplyAdvice = {
  advice: () => 'The mail is too large for this server. If you use your own templates, shorten them.',
};

/**
 * The first rule that fits decides: of those for any code, then of those for the answer's enhanced status code, then of
 * those for its reply code. The codes are those of RFC 3463 and its registry, and, if a comment says so, a provider's.
 */
const RULES: ReplyRule[] = [
  {
    // One recipient gets too much. Microsoft 365: 5.2.121 and 5.2.122,
    // https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online
    words: /recipient has exceeded their limit|recipient rate limit exceeded/i,
    advice: () => 'The recipient gets more mail than their provider allows. Mail waits an hour.',
    waitMs: HOUR_MS,
  },
  {
    // Providers report limits with codes that mean something else. Microsoft 365: 5.1.90, 5.2.0, 5.7.233,
    // https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/2729,
    // https://github.com/MicrosoftDocs/OfficeDocs-Support/issues/1150. Google's relay: 5.7.1. Amazon SES: 454 and 554.
    // SendGrid: 451 “Maximum credits exceeded”, “You have exceeded your messaging limits”.
    words:
      /\b(daily|per day|24[ -]hours?)\b.*\b(limit|quota)|\b(limit|quota)\b.*\b(daily|per day|24[ -]hours?)\b|submission ?quota ?exceeded|exceeded your messaging limits|maximum credits exceeded/i,
    ...DAILY_LIMIT,
  },
  {
    // Mailtrap: “550 5.7.0 Requested action not taken: too many emails per second”,
    // https://github.com/easy-swoole/smtp/issues/21
    words: /too many (e-?mails|messages) per (second|minute)|maximum sending rate exceeded/i,
    ...RATE,
  },
  {
    // exim: “550 Domain alpine.example has exceeded the max emails per hour (150/150 (100%)) allowed”. Zoho: “550 5.4.6
    // Unusual sending activity detected”. OVH: “sorry, too many emails (#5.7.1)”,
    // https://github.com/aschroder/Magento-SMTP-Pro-Email-Extension/issues/94
    words:
      /(max|limit|many)\b.*\b(e-?mails|messages)( allowed)? (per|an) hour|unusual sending activity|mail send limit exceeded|rate ?limit exceeded|sorry, too many e-?mails/i,
    advice: () => 'The account’s sending limit is reached. Mail waits an hour.',
    waitMs: HOUR_MS,
  },
  {
    // Google's relay and others want a full host name: https://github.com/nodemailer/nodemailer/issues/1742,
    // https://github.com/louislam/uptime-kuma/issues/4790. Postfix: “504 5.5.2 Helo command rejected: need fully-qualified hostname”.
    words: /closing connection\. \(EHLO\)|\b(helo|ehlo)\b.*\b(rejected|hostname|invalid|denied)/i,
    advice: (setting) =>
      `The server does not accept the name with which this machine introduces itself. Add ?name= with a full host name, such as ?name=mail.example.com, to ${setting('smtpUrl')}.`,
  },
  {
    words: /gr[ea]y-?list/i,
    advice: () => 'The server takes mail of senders that it does not know at the second try (greylisting).',
  },
  // “554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org”
  { words: /blocked using|spamhaus|\bblack ?list|\bblock ?list|dnsbl/i, ...BLOCKED },
  // Gmail: https://support.google.com/a/answer/3726730
  { codes: ['4.5'], ...DAILY_LIMIT },
  // Amazon SES: "454 Throttling failure: Maximum sending rate exceeded", https://docs.aws.amazon.com/ses/latest/dg/
  { codes: ['454'], words: /throttling failure/i, ...RATE },
  // Gmail: "454 4.7.0 Too many login attempts, please try again later."
  {
    codes: ['7.0'],
    words: /too many login attempts/i,
    advice: () => 'Mail waits ten minutes before the next login.',
    waitMs: 10 * MINUTE_MS,
  },
  {
    // Microsoft 365: "550 5.7.30 Basic authentication is not supported for Client Submission."
    // https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750
    codes: ['7.30', '7.3', '7.139'],
    words: /basic authentication is (not supported|disabled)/i,
    advice: (setting) =>
      `Microsoft 365 no longer accepts a user and password here. Name another mail server in ${setting('smtpUrl')}, such as Amazon SES, Postmark or Google Workspace.`,
  },
  {
    // https://github.com/freescout-help-desk/freescout/issues/4930
    codes: ['7.139'],
    words: /credentials were incorrect/i,
    advice: (setting) =>
      `Check the user and password in ${setting('smtpUrl')}. If they are right, the account may need an app password, or an administrator has to allow SMTP AUTH for it (https://aka.ms/smtp_auth_disabled).`,
  },
  {
    codes: ['7.139'],
    words: /security defaults|did not meet the criteria/i,
    advice: (setting) =>
      `Microsoft 365’s security defaults or Conditional Access block this login. An administrator can allow it for this account. If the organization does not allow that, name another mail server in ${setting('smtpUrl')}.`,
  },
  {
    // Microsoft 365: https://aka.ms/smtp_auth_disabled, https://github.com/nodemailer/nodemailer/issues/1484
    codes: ['7.139'],
    advice: (setting) =>
      `SMTP AUTH is switched off in Microsoft 365. An administrator can switch it on for this mailbox (admin center: Users, Active users, the user, Mail, Manage email apps, Authenticated SMTP; see https://aka.ms/smtp_auth_disabled). If the organization does not allow that, name another mail server in ${setting('smtpUrl')}.`,
  },
  // Gmail: "534-5.7.9 Application-specific password required", "535-5.7.8 Username and Password not accepted"
  { codes: ['7.9', '7.14'], ...APP_PASSWORD },
  { codes: ['7.8'], words: /gsmtp|support\.google\.com/i, ...APP_PASSWORD },
  { codes: ['7.3', '7.8', '534', '535'], ...CREDENTIALS },
  {
    // Brevo: "535 5.7.0 Invalid login or password", https://github.com/marcpope/borgbackupserver/issues/16
    codes: ['7.0'],
    words: /invalid login|invalid credentials|authentication (failed|unsuccessful)/i,
    ...CREDENTIALS,
  },
  {
    // Gmail: "552-5.7.0 This message was blocked because its content presents a potential security issue"
    codes: ['7.0'],
    words: /content/i,
    advice: () =>
      'The server finds the content of the mail suspicious. If you use your own templates, check their links; if not, ask its administrator.',
  },
  {
    // Brevo: "525 5.7.1 Unauthorized IP address"
    codes: ['7.1'],
    words: /unauthori[sz]ed ip/i,
    advice: () =>
      'The provider takes mail from known IP addresses only. Allow the one of this machine in the provider’s security settings.',
  },
  // Gmail: "530-5.5.1 Authentication Required". Microsoft 365: "530 5.7.57 Client not authenticated to send mail"
  {
    codes: ['5.1', '7.0'],
    words: /authentication (is )?required|not authenticated|authenticate first|starttls/i,
    ...LOGIN_NEEDED,
  },
  { codes: ['7.10', '7.11', '7.57', '530', '538'], ...LOGIN_NEEDED },
  {
    // Microsoft 365: "554 5.2.252 SendAsDenied", "550 5.7.60". Amazon SES: "554 Message rejected: Email address is not verified"
    // SendGrid: "550 The from address does not match a verified Sender Identity"
    codes: ['1.7', '2.252', '7.60', '550', '554'],
    words: /sender|sendas|send as|permission|not verified/i,
    advice: (setting) =>
      `This login may not send as the address in ${setting('from')}. Use an address that belongs to it, or have the provider verify or permit this one.`,
  },
  {
    // Gmail: 5.7.25 to 5.7.40. Microsoft 365: 5.7.509 and 5.7.515. RFC 7372: 7.20 to 7.26.
    codes: [
      '7.20',
      '7.21',
      '7.22',
      '7.23',
      '7.24',
      '7.25',
      '7.26',
      '7.27',
      '7.30',
      '7.32',
      '7.40',
      '7.509',
      '7.515',
    ],
    advice: (setting) =>
      `The recipient’s server could not verify the sender (SPF, DKIM or DMARC). Set these up in the DNS of the domain in ${setting('from')}, and send through a server that they permit.`,
  },
  {
    // Microsoft 365: "5.7.64 TenantAttribution; Relay Access Denied"
    codes: ['7.1', '7.64'],
    words: /relay/i,
    advice: (setting) =>
      `The server does not relay: without a login, it takes mail for its own domains only. Put a user and password into ${setting('smtpUrl')}, or have its administrator allow this machine.`,
  },
  {
    codes: ['7.1'],
    advice: (setting) =>
      `The server’s rules do not allow this mail. Check whether it may send for the address in ${setting('from')}, and ask its administrator.`,
  },
  // Microsoft 365: 5.1.8 and 5.7.501 to 5.7.708, accounts and addresses blocked for spam
  { codes: ['1.8', '7.501', '7.502', '7.503', '7.606', '7.705', '7.708'], ...BLOCKED },
  { codes: ['1.0', '1.1', '1.2', '1.3', '1.6', '1.10', '551'], ...ADDRESS },
  {
    codes: ['2.1'],
    advice: () => 'The recipient’s mailbox takes no mail at the moment: it is disabled, or gets too much.',
  },
  { codes: ['2.2'], advice: () => 'The recipient’s mailbox is full.' },
  { codes: ['2.3', '3.4'], ...TOO_LARGE },
  {
    codes: ['6.7'],
    advice: (setting) =>
      `The server takes no addresses with international letters before the @ (SMTPUTF8). Use other addresses in ${setting('from')} and ${setting('to')}.`,
  },
  {
    codes: ['550'],
    advice: (setting) =>
      `Check the addresses in ${setting('to')}, and whether this server may send for the address in ${setting('from')}.`,
  },
  { codes: ['552'], advice: () => 'The mailbox is full, or the mail is too large.' },
  { codes: ['553'], advice: (setting) => `Check the addresses in ${setting('from')} and ${setting('to')}.` },
  {
    codes: ['554'],
    advice: () => 'The server takes no mail from this sender or this machine. Ask its administrator.',
  },
];

/**
 * What to do about an answer; null if it is not known.
 *
 * @param enhanced such as 5.7.139; null if the answer has none
 */
export function replyAdvice(
  replyCode: number,
  enhanced: string | null,
  response: string,
): ReplyAdvice | null {
  const oneLine = response.replace(/\s+/g, ' ');
  const fitting = RULES.filter(({ words }) => words?.test(oneLine) ?? true);
  const rule = (code: string | undefined): ReplyRule | undefined =>
    fitting.find(({ codes }) => code !== undefined && codes?.includes(code));
  return (
    fitting.find(({ codes }) => codes === undefined) ??
    rule(enhanced?.slice(2)) ??
    rule(String(replyCode)) ??
    null
  );
}
