import { hostname } from 'node:os';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import type { SmtpTimeouts } from '../../../../receivers/destinations/email/timeouts.ts';
import { UNTRUSTED_CERTIFICATE } from '../../../fakes/certificate.ts';
import { type FakeSmtp, type FakeSmtpOptions, type SmtpStep, startFakeSmtp } from '../../../fakes/smtp.ts';
import { startScriptedSmtp } from '../../../fakes/smtp-script.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { openedWith } from './opened.ts';

let servers: { close(): Promise<unknown> }[] = [];
let destinations: Destination[] = [];

afterEach(async () => {
  await Promise.all(destinations.map((each) => each.close()));
  await Promise.all(servers.map((each) => each.close()));
  [servers, destinations] = [[], []];
});

async function fake(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const smtp = await startFakeSmtp(options);
  servers.push(smtp);
  return smtp;
}

async function sentTo(
  url: string,
  timeouts: Partial<SmtpTimeouts> = {},
): Promise<Outcome & { reason: string }> {
  const destination = openedWith(timeouts, { url });
  destinations.push(destination);
  return (await destination.send(sampleMessage('start'), attempt())) as Outcome & { reason: string };
}

const LOGIN = { user: 'bot', password: 'right' };

describe('the enhanced status code selects the advice', () => {
  // The answers are the providers' own words, from their documentation and from reports:
  // https://support.google.com/a/answer/3726730, https://github.com/nodemailer/nodemailer/issues/1484,
  // https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html, https://www.rfc-editor.org/rfc/rfc7372
  test.each<[SmtpStep, number, string, string, RegExp]>([
    [
      'auth',
      535,
      '5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [MN2PR05CA0004.namprd05.prod.outlook.com]',
      'dead',
      /SMTP AUTH is switched off in Microsoft 365/,
    ],
    [
      'auth',
      535,
      '5.7.3 Authentication unsuccessful [DB6P18901CA0015.EURP189.PROD.OUTLOOK.COM]',
      'dead',
      /Check the user and password/,
    ],
    ['auth', 535, '5.7.8 Username and Password not accepted. gsmtp', 'dead', /app password/],
    ['auth', 534, '5.7.9 Application-specific password required. gsmtp', 'dead', /apppasswords/],
    [
      'auth',
      534,
      '5.7.14 Please log in via your web browser and then try again. gsmtp',
      'dead',
      /app password/,
    ],
    [
      'auth',
      535,
      '5.7.139 Authentication unsuccessful, basic authentication is disabled.',
      'dead',
      /no longer accepts a user and password/,
    ],
    [
      'auth',
      550,
      '5.7.30 Basic authentication is not supported for Client Submission.',
      'dead',
      /no longer accepts a user and password/,
    ],
    ['auth', 535, 'Authentication Credentials Invalid', 'dead', /Check the user and password/],
    ['auth', 454, '4.7.0 Too many login attempts, please try again later. gsmtp', 'retry', /ten minutes/],
    ['data', 550, '5.4.5 Daily user sending limit exceeded. gsmtp', 'retry', /daily sending limit/],
    ['rcpt', 550, '5.4.5 Daily SMTP relay limit exceeded for user. gsmtp', 'retry', /daily sending limit/],
    ['data', 454, 'Throttling failure: Daily message quota exceeded.', 'retry', /daily sending limit/],
    ['data', 454, 'Throttling failure: Maximum sending rate exceeded.', 'retry', /sending rate/],
    [
      'data',
      554,
      'Message rejected: Email address is not verified.',
      'dead',
      /may not send as the address in EMAIL_FROM/,
    ],
    [
      'data',
      550,
      '5.7.60 SMTP; Client does not have permissions to send as this sender',
      'dead',
      /EMAIL_FROM/,
    ],
    [
      'data',
      550,
      '5.7.26 Unauthenticated email from alpine.example is not accepted due to domain’s DMARC policy',
      'dead',
      /SPF, DKIM or DMARC/,
    ],
    ['rcpt', 550, '5.7.1 Unable to relay', 'dead', /does not relay/],
    ['rcpt', 554, '5.7.1 <maya@alpine.example>: Relay access denied', 'dead', /does not relay/],
    [
      'rcpt',
      550,
      '5.1.1 The email account that you tried to reach does not exist',
      'dead',
      /Correct the address in EMAIL_TO/,
    ],
    ['rcpt', 552, '5.2.2 The recipient’s inbox is out of storage space', 'dead', /mailbox is full/],
    ['mail', 530, '5.7.0 Must issue a STARTTLS command first', 'dead', /encrypted connection and a login/],
    ['mail', 530, '5.5.1 Authentication Required. gsmtp', 'dead', /encrypted connection and a login/],
    [
      'mail',
      530,
      '5.7.57 Client not authenticated to send mail.',
      'dead',
      /encrypted connection and a login/,
    ],
    ['data', 552, '5.3.4 Message too big for system', 'dead', /too large/],
    ['data', 550, '5.7.501 Access denied, spam abuse detected from your tenant', 'dead', /source of spam/],
    // https://github.com/freescout-help-desk/freescout/issues/4930
    [
      'auth',
      535,
      '5.7.139 Authentication unsuccessful, the user credentials were incorrect.',
      'dead',
      /^(?!.*switched off).*Check the user and password/,
    ],
    [
      'auth',
      535,
      '5.7.139 Authentication unsuccessful, user is locked by your organization’s security defaults policy.',
      'dead',
      /security defaults or Conditional Access/,
    ],
    // https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/2729
    [
      'mail',
      550,
      '5.1.90 Your message can’t be sent because you’ve reached your daily limit for message recipients',
      'retry',
      /daily sending limit/,
    ],
    // https://github.com/MicrosoftDocs/OfficeDocs-Support/issues/1150
    [
      'data',
      554,
      '5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; the sender’s submission quota was exceeded',
      'retry',
      /daily sending limit/,
    ],
    ['data', 550, '5.7.1 Daily SMTP relay limit exceeded for customer.', 'retry', /daily sending limit/],
    ['auth', 451, 'Authentication failed: Maximum credits exceeded', 'retry', /daily sending limit/],
    [
      'rcpt',
      554,
      '5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour',
      'retry',
      /Mail waits an hour/,
    ],
    // https://github.com/easy-swoole/smtp/issues/21
    ['data', 550, '5.7.0 Requested action not taken: too many emails per second', 'retry', /waits a minute/],
    // https://github.com/aschroder/Magento-SMTP-Pro-Email-Extension/issues/94
    ['data', 550, 'sorry, too many emails (#5.7.1)', 'retry', /sending limit is reached/],
    ['mail', 550, 'Domain alpine.example has exceeded the max emails per hour (150/150)', 'retry', /an hour/],
    // https://github.com/louislam/uptime-kuma/issues/4790
    ['mail', 421, '4.7.0 Try again later, closing connection. (EHLO) gsmtp', 'retry', /Add \?name=/],
    ['rcpt', 504, '5.5.2 Helo command rejected: need fully-qualified hostname', 'dead', /Add \?name=/],
    // https://github.com/marcpope/borgbackupserver/issues/16
    ['auth', 535, '5.7.0 Invalid login or password', 'dead', /Check the user and password/],
    ['auth', 454, '4.7.0 Temporary authentication failure', 'retry', /^(?!.*encrypted connection)/],
    ['auth', 525, '5.7.1 Unauthorized IP address', 'dead', /IP addresses only/],
    ['rcpt', 451, '4.7.1 Greylisting in action, please come back in 00:05:00', 'retry', /greylisting/],
    ['rcpt', 554, '5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org', 'dead', /source of spam/],
    ['data', 550, 'The from address does not match a verified Sender Identity.', 'dead', /may not send as/],
    [
      'data',
      552,
      '5.7.0 blocked because its content presents a security issue',
      'dead',
      /content of the mail/,
    ],
  ])('at %s: %i %s', async (step, code, text, type, advice) => {
    const smtp = await fake({ login: LOGIN });
    smtp.faults.add(step, { kind: 'reply', code, text }, { times: 9 });
    const outcome = await sentTo(smtp.url);
    expect(outcome).toMatchObject({ type, reason: expect.stringMatching(advice) });
    expect(outcome.reason).toContain(`${code} ${text}`.slice(0, 60));
  });

  test('a daily limit pauses the destination for an hour and costs no attempt', async () => {
    const smtp = await fake();
    smtp.faults.add('data', { kind: 'reply', code: 550, text: '5.4.5 Daily user sending limit exceeded' });
    expect(await sentTo(smtp.url)).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 3_600_000 });
  });
});

describe('a connection that cannot be made', () => {
  test('smtp:// at a port that expects TLS from the start says to write smtps://', async () => {
    const smtp = await fake({ tls: true });
    const outcome = await sentTo(smtp.url.replace('smtps:', 'smtp:'), { greeting: 400, silence: 30 });
    expect(outcome.reason).toMatch(
      /expects TLS from the start\. Write smtps:\/\/ instead of smtp:\/\/ in SMTP_URL/,
    );
    expect(outcome).toMatchObject({ type: 'retry' });
  });

  test('smtps:// at a port with STARTTLS, or without TLS, says to write smtp://', async () => {
    const smtp = await fake({ starttls: true });
    expect((await sentTo(smtp.url.replace('smtp:', 'smtps:'))).reason).toMatch(
      /does not use TLS from the start\. Write smtp:\/\/ instead of smtps:\/\//,
    );
  });

  test.each<[string, FakeSmtpOptions]>([
    ['from the start', { tls: true }],
    ['by STARTTLS', { starttls: true }],
  ])('a certificate that no authority signed is explained, with TLS %s', async (_, options) => {
    const { reason } = await sentTo((await fake(options)).url);
    expect(reason).toMatch(/signed by no known authority/);
    expect(reason).toMatch(/NODE_EXTRA_CA_CERTS/);
  });

  test.each<[string, FakeSmtpOptions]>([
    ['from the start', { tls: true }],
    ['by STARTTLS', { starttls: true }],
  ])('a certificate for another host name is explained, with TLS %s', async (_, options) => {
    const { url } = await fake(options);
    const trusted = `${url}?tls.ca=${encodeURIComponent(UNTRUSTED_CERTIFICATE.cert)}`;
    expect((await sentTo(trusted)).reason).toMatch(/is for another host name.*mail\.example/);
    expect(await sentTo(`${trusted}&tls.servername=mail.example`)).toMatchObject({ type: 'done' });
  });

  test.each([
    ['HTTP/1.1 400 Bad Request', /is a web server, not a mail server/],
    ['+OK POP3 ready', /is a POP3 server, not a mail server/],
    ['* OK IMAP4rev1 ready', /is an IMAP server, not a mail server/],
  ])('another kind of server, which says %s, is recognized', async (greeting, expected) => {
    const other = await startScriptedSmtp({ greeting });
    servers.push(other);
    expect((await sentTo(other.url)).reason).toMatch(expected);
  });

  test('a server that offers STARTTLS and then answers without TLS is explained', async () => {
    const server = await startScriptedSmtp({
      EHLO: '250-mail.example\r\n250 STARTTLS',
      STAR: (socket) => {
        socket.write('220 go ahead\r\n');
        socket.once('data', () => socket.write('421 nonsense\r\n'));
      },
    });
    servers.push(server);
    expect((await sentTo(server.url)).reason).toMatch(/offers STARTTLS, but then answers without TLS/);
  });

  // https://github.com/nodemailer/nodemailer/issues/1742, https://github.com/outline/outline/issues/4698: Google's relay
  // closes the connection after EHLO [127.0.0.1], which nodemailer says in a container.
  test('a server that requires a full host name gets the one of the sender’s domain', async () => {
    const server = await startScriptedSmtp();
    servers.push(server);
    expect(await sentTo(server.url)).toMatchObject({ type: 'done' });
    const expected = hostname().includes('.') ? hostname() : 'alpine.example';
    expect(server.commands[0]).toBe(`EHLO ${expected}`);
  });

  test('a name in SMTP_URL overrides the name in EHLO', async () => {
    const server = await startScriptedSmtp();
    servers.push(server);
    await sentTo(`${server.url}?name=mail.alpine.example`);
    expect(server.commands[0]).toBe('EHLO mail.alpine.example');
  });

  test('a host name that does not exist is explained', async () => {
    expect((await sentTo('smtp://mail.invalid:25')).reason).toMatch(
      /cannot be resolved \(mail\.invalid:25\)/,
    );
  });
});
