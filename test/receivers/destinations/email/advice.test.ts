import { afterEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { UNTRUSTED_CERTIFICATE } from '../../../fakes/certificate.ts';
import { type FakeSmtp, type FakeSmtpOptions, type SmtpStep, startFakeSmtp } from '../../../fakes/smtp.ts';
import { startScriptedSmtp } from '../../../fakes/smtp-script.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt, openedWith } from './opened.ts';

const QUICK = { greeting: 400, silence: 30 };

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

async function sentTo(url: string): Promise<Outcome & { reason: string }> {
  const destination = openedWith(QUICK, { url });
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
  ])('at %s: %i %s', async (step, code, text, type, advice) => {
    const smtp = await fake({ login: LOGIN });
    smtp.faults.add(step, { kind: 'reply', code, text }, { times: 9 });
    const outcome = await sentTo(smtp.url);
    expect(outcome).toMatchObject({ type, reason: expect.stringMatching(advice) });
    expect(outcome.reason).toContain(`${code} ${text}`.slice(0, 60));
  });

  test('a daily limit holds the destination for an hour and costs no attempt', async () => {
    const smtp = await fake();
    smtp.faults.add('data', { kind: 'reply', code: 550, text: '5.4.5 Daily user sending limit exceeded' });
    expect(await sentTo(smtp.url)).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 3_600_000 });
  });
});

describe('a connection that cannot be made', () => {
  test('smtp:// at a port that expects TLS from the start', async () => {
    const smtp = await fake({ tls: true });
    const outcome = await sentTo(smtp.url.replace('smtps:', 'smtp:'));
    expect(outcome.reason).toMatch(
      /expects TLS from the start\. Write smtps:\/\/ instead of smtp:\/\/ in SMTP_URL/,
    );
    expect(outcome).toMatchObject({ type: 'retry' });
  });

  test('smtps:// at a port that has STARTTLS, or no TLS', async () => {
    const smtp = await fake({ starttls: true });
    expect((await sentTo(smtp.url.replace('smtp:', 'smtps:'))).reason).toMatch(
      /does not use TLS from the start\. Write smtp:\/\/ instead of smtps:\/\//,
    );
  });

  test.each<[string, FakeSmtpOptions]>([
    ['from the start', { tls: true }],
    ['by STARTTLS', { starttls: true }],
  ])('a certificate that no authority signed, with TLS %s', async (_, options) => {
    const { reason } = await sentTo((await fake(options)).url);
    expect(reason).toMatch(/signed by no known authority/);
    expect(reason).toMatch(/NODE_EXTRA_CA_CERTS/);
  });

  test.each<[string, FakeSmtpOptions]>([
    ['from the start', { tls: true }],
    ['by STARTTLS', { starttls: true }],
  ])('a certificate for another host name, with TLS %s', async (_, options) => {
    const { url } = await fake(options);
    const trusted = `${url}?tls.ca=${encodeURIComponent(UNTRUSTED_CERTIFICATE.cert)}`;
    expect((await sentTo(trusted)).reason).toMatch(/is for another host name.*mail\.example/);
    expect(await sentTo(`${trusted}&tls.servername=mail.example`)).toMatchObject({ type: 'done' });
  });

  test('a web server', async () => {
    const web = await startScriptedSmtp({ greeting: 'HTTP/1.1 400 Bad Request' });
    servers.push(web);
    expect((await sentTo(web.url)).reason).toMatch(/is a web server, not a mail server/);
  });

  test('a host name that does not exist', async () => {
    expect((await sentTo('smtp://mail.invalid:25')).reason).toMatch(
      /cannot be resolved \(mail\.invalid:25\)/,
    );
  });
});
