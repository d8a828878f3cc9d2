import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import {
  type FakeSmtp,
  type FakeSmtpOptions,
  parseMail,
  type SmtpFault,
  type SmtpStep,
  startFakeSmtp,
} from '../../../fakes/smtp.ts';
import { AWKWARD_MESSAGES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { until } from '../../../fixtures/until.ts';
import { attempt } from '../common/opened.ts';
import { opened, recalling } from './opened.ts';

const MAYA = 'maya@alpine.example';
const JONAS = 'jonas@alpine.example';

/** Every header that a mail may have, in alphabetical order. */
const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'in-reply-to',
  'list-id',
  'list-unsubscribe',
  'message-id',
  'mime-version',
  'references',
  'subject',
  'to',
  'x-auto-response-suppress',
];

let smtp: FakeSmtp;
const destinations: Destination[] = [];

async function restart(options: FakeSmtpOptions): Promise<void> {
  await smtp.close();
  smtp = await startFakeSmtp(options);
}

async function open(settings: Record<string, unknown> = {}): Promise<Destination> {
  const destination = await opened(smtp, settings);
  destinations.push(destination);
  return destination;
}

async function send(message = sampleMessage('start')): Promise<Outcome> {
  return (await open()).send(message, attempt());
}

beforeEach(async () => {
  smtp = await startFakeSmtp();
});

afterEach(async () => {
  await Promise.all(destinations.splice(0).map((destination) => destination.close()));
  await smtp.close();
});

describe('a mail that arrives', () => {
  test('a mail goes to everyone in text and HTML', async () => {
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'done', answer: expect.stringContaining('250') });
    const [taken] = smtp.mails;
    expect(taken).toMatchObject({ from: 'bot@alpine.example', to: [MAYA, JONAS] });
    const mail = await parseMail(taken!);
    expect(mail.subject).toBe('Backpack price test (Price, Alpine Goods)');
    expect(mail.from?.value).toEqual([{ name: 'Experiments', address: 'bot@alpine.example' }]);
    expect([mail.to].flat().flatMap((to) => to?.value)).toEqual([
      { name: '', address: MAYA },
      { name: 'Keller, Jonas', address: JONAS },
    ]);
    expect(mail.text).toContain('Backpack price test was started by maya@alpine-goods.example');
    expect(mail.html).toContain('Experience started');
    expect(mail.date).toEqual(new Date(sampleMessage('start').receivedAt));
  });

  test('a mail says what kind of mail it is', async () => {
    await send();
    const { headerLines } = await parseMail(smtp.mails[0]!);
    expect(headerLines.map(({ line }) => line)).toEqual(
      expect.arrayContaining([
        'List-ID: <experiments.alpine.example>',
        'List-Unsubscribe: <mailto:bot@alpine.example?subject=Unsubscribe>',
        'Auto-Submitted: auto-generated',
        'X-Auto-Response-Suppress: All',
      ]),
    );
  });

  test('a mail belongs to its experience’s thread under one subject, even after a rename', async () => {
    const destination = await open();
    const first = await destination.send(sampleMessage('create'), attempt());
    const start = sampleMessage('start');
    const renamed = { ...start.event, experience: { ...start.event.experience, name: 'Renamed' } };
    await destination.send({ ...start, event: renamed }, attempt(recalling(first)));
    const report = { ...SAMPLE_REPORT.report, experienceId: start.event.experience.id };
    await destination.send(
      { ...SAMPLE_REPORT, report, experienceKey: start.experienceKey },
      attempt(recalling(first)),
    );
    const mails = await Promise.all(smtp.mails.map(parseMail));
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(
      new Set(['Backpack price test (Price, Alpine Goods)']),
    );
    expect(new Set(mails.map(({ references }) => references)).size).toBe(1);
    expect(new Set(mails.map(({ inReplyTo }) => inReplyTo)).size).toBe(1);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(3);
    expect(mails[1]?.text).toContain('Renamed was started');
  });

  test('a mail of a report is not part of a thread', async () => {
    await send(SAMPLE_REPORT as never);
    const mail = await parseMail(smtp.mails[0]!);
    expect(mail.subject).toBe(SAMPLE_REPORT.report.title);
    expect(mail.inReplyTo).toBeUndefined();
  });

  test('the subject says what happened if the settings ask for it', async () => {
    await (await open({ subject: 'event' })).send(sampleMessage('end'), attempt());
    expect((await parseMail(smtp.mails[0]!)).subject).toBe('Backpack price test was ended (Alpine Goods)');
  });

  test.each(Object.keys(AWKWARD_MESSAGES))(
    'with %s, a mail has only its own headers and recipients',
    async (name) => {
      await send(AWKWARD_MESSAGES[name]);
      const [taken] = smtp.mails;
      expect(taken?.to).toEqual([MAYA, JONAS]);
      const { headerLines, html, text } = await parseMail(taken!);
      expect(headerLines.map(({ key }) => key).sort()).toEqual(HEADERS);
      expect(html).not.toMatch(/<script|<img src=x/);
      expect(text).not.toMatch(/^Bcc:/m);
    },
  );
});

describe('connections', () => {
  test('an SMTP connection is kept for the next mail', async () => {
    const destination = await open();
    for (const name of ['create', 'start', 'end'] as const) {
      await destination.send(sampleMessage(name), attempt());
    }
    expect(smtp.mails).toHaveLength(3);
    expect(smtp.connections().all).toBe(1);
  });

  test('an SMTP connection ends with the destination', async () => {
    const destination = await open();
    await destination.send(sampleMessage('start'), attempt());
    expect(smtp.connections().open).toBe(1);
    await destination.close();
    await smtp.quiet();
    expect(smtp.connections().open).toBe(0);
  });

  test('an SMTP login works with special characters in the password', async () => {
    await restart({ login: { user: 'bot@alpine.example', password: 'p@ss/word:1' } });
    expect(await send()).toMatchObject({ type: 'done' });
    expect(smtp.mails[0]?.user).toBe('bot@alpine.example');
  });

  test('an SMTP connection is encrypted if the server offers it', async () => {
    await restart({ starttls: true });
    smtp = { ...smtp, url: `${smtp.url}?tls.rejectUnauthorized=false` };
    expect(await send()).toMatchObject({ type: 'done' });
    expect(smtp.mails[0]?.secure).toBe(true);
  });

  test('an SMTP connection without encryption sends no password to another machine', async () => {
    await restart({ login: { user: 'bot', password: 'right' } });
    smtp = { ...smtp, url: `${smtp.url}?requireTLS=true` };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain('?requireTLS=false');
    expect(smtp.mails).toEqual([]);
  });

  test('an SMTP server with a self-signed certificate is refused and retried', async () => {
    await restart({ starttls: true });
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
    expect((outcome as { reason: string }).reason).toContain('certificate');
    expect(smtp.mails).toEqual([]);
  });
});

const reply = (code: number, text = 'as planned'): SmtpFault => ({ kind: 'reply', code, text });

describe('when the server says no', () => {
  test.each<[SmtpStep, number, string]>([
    ['connect', 421, 'retry'],
    ['connect', 554, 'dead'],
    ['mail', 421, 'retry'],
    ['mail', 451, 'retry'],
    ['mail', 503, 'retry'],
    ['mail', 553, 'dead'],
    ['rcpt', 450, 'retry'],
    ['rcpt', 550, 'dead'],
    ['data', 421, 'retry'],
    ['data', 450, 'retry'],
    ['data', 552, 'dead'],
    ['data', 554, 'dead'],
  ])('a reply at %s with %i: %s, and the mail has not arrived', async (step, code, type) => {
    smtp.faults.add(step, reply(code), { times: 4 });
    const outcome = await send();
    expect(outcome).toMatchObject({ type });
    expect(outcome).not.toHaveProperty('uncertain');
    expect((outcome as { reason: string }).reason).toContain('as planned');
    expect(smtp.mails).toEqual([]);
  });

  test('a rejected login is a dead letter that says what to correct, without the password', async () => {
    await restart({ login: { user: 'bot', password: 'right' } });
    smtp = { ...smtp, url: smtp.url.replace('right', 'sword%20fish') };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain('SMTP_URL');
    smtp.faults.add('auth', reply(535, 'I do not know sword fish'));
    expect(JSON.stringify(await send())).not.toMatch(/sword.?fish/);
  });

  test('a login that is rejected temporarily is retried', async () => {
    await restart({ login: { user: 'bot', password: 'right' } });
    smtp.faults.add('auth', reply(454, 'Temporary authentication failure'));
    expect(await send()).toMatchObject({ type: 'retry' });
  });

  test('a server that requires a login makes a dead letter that says what to set', async () => {
    await restart({ login: { user: 'bot', password: 'right' } });
    smtp = { ...smtp, url: smtp.url.replace(/\/\/.*@/, '//') };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain('SMTP_URL');
  });

  test('after a rejected mail, the next one goes through', async () => {
    const destination = await open();
    smtp.faults.add('data', reply(450));
    expect(await destination.send(sampleMessage('start'), attempt())).toMatchObject({ type: 'retry' });
    expect(await destination.send(sampleMessage('start'), attempt({ number: 2 }))).toMatchObject({
      type: 'done',
    });
  });
});

describe('when the server takes only some of the recipients', () => {
  test('a deferred recipient gets the mail with the next attempt, and no one gets it twice', async () => {
    const destination = await open();
    smtp.faults.add('rcpt', reply(450, 'greylisted'), { recipient: JONAS });
    const first = await destination.send(sampleMessage('start'), attempt());
    expect(first).toMatchObject({ type: 'retry', reason: expect.stringContaining(JONAS) });
    const second = await destination.send(
      sampleMessage('start'),
      attempt({ number: 2, ...recalling(first) }),
    );
    expect(second).toMatchObject({ type: 'done' });
    expect(smtp.mails.map(({ to }) => to)).toEqual([[MAYA], [JONAS]]);
    expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(1);
    const again = await destination.send(sampleMessage('start'), attempt(recalling(first, second)));
    expect(again).toMatchObject({ type: 'done' });
    expect(smtp.mails).toHaveLength(3);
  });

  test('a permanently rejected recipient is named, and the others get the mail', async () => {
    smtp.faults.add('rcpt', reply(550, '5.1.1 no such user'), { recipient: JONAS });
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'done', note: expect.stringContaining('no such user') });
    expect(smtp.mails.map(({ to }) => to)).toEqual([[MAYA]]);
  });

  test('with one recipient rejected and one deferred, only the deferred one is tried again', async () => {
    const destination = await open();
    smtp.faults.add('rcpt', reply(550, 'no such user'), { recipient: MAYA });
    smtp.faults.add('rcpt', reply(451, 'later'), { recipient: JONAS });
    const first = await destination.send(sampleMessage('start'), attempt());
    expect(first).toMatchObject({ type: 'retry' });
    const second = await destination.send(
      sampleMessage('start'),
      attempt({ number: 2, ...recalling(first) }),
    );
    expect(second).toMatchObject({ type: 'done', note: expect.stringContaining(MAYA) });
    expect(smtp.mails.map(({ to }) => to)).toEqual([[JONAS]]);
  });
});

describe('when the connection fails', () => {
  test('a connection that fails before the mail has delivered nothing', async () => {
    for (const step of ['connect', 'mail', 'rcpt'] as const) {
      smtp.faults.add(step, { kind: 'reset' }, { times: 4 });
      const outcome = await send();
      expect(outcome).toMatchObject({ type: 'retry' });
      expect(outcome).not.toHaveProperty('uncertain');
      smtp.faults.clear();
    }
    expect(smtp.mails).toEqual([]);
  });

  test.each([true, false])(
    'a connection that fails after the mail’s text (taken: %s) is uncertain, and the repeat has the same Message-ID',
    async (after) => {
      const destination = await open();
      smtp.faults.add('data', { kind: 'reset', after });
      const first = await destination.send(sampleMessage('start'), attempt());
      expect(first).toMatchObject({ type: 'retry', uncertain: true });
      const second = await destination.send(sampleMessage('start'), attempt({ number: 2, uncertain: true }));
      expect(second).toMatchObject({ type: 'done', note: expect.stringContaining('Message-ID') });
      expect(smtp.mails).toHaveLength(after ? 2 : 1);
      expect(new Set(smtp.mails.map(({ messageId }) => messageId)).size).toBe(1);
    },
  );

  test('a server that is silent after the text: given up with the attempt, uncertain', async () => {
    smtp.faults.add('data', { kind: 'hang', after: true });
    const destination = await open();
    const ending = new AbortController();
    const sending = destination.send(sampleMessage('start'), attempt({ signal: ending.signal }));
    await until(
      () => smtp.mails.length,
      (count) => count === 1,
    );
    ending.abort();
    expect(await sending).toMatchObject({ type: 'retry', uncertain: true });
  });

  test('a server that is silent before the text: given up with the attempt, not uncertain', async () => {
    smtp.faults.add('rcpt', { kind: 'hang' });
    const destination = await open();
    const outcome = await destination.send(
      sampleMessage('start'),
      attempt({ signal: AbortSignal.timeout(200) }),
    );
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
  });

  test('a connection that the server dropped meanwhile is replaced silently', async () => {
    const destination = await open();
    await destination.send(sampleMessage('create'), attempt());
    smtp.faults.add('mail', { kind: 'reset' });
    expect(await destination.send(sampleMessage('start'), attempt())).toMatchObject({ type: 'done' });
    expect(smtp.mails).toHaveLength(2);
  });

  test('a port without a listener means that nothing arrived', async () => {
    await smtp.close();
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'retry' });
    expect((outcome as { reason: string }).reason).toContain('Check host and port in SMTP_URL');
  });

  test('a port without TLS means that nothing arrived', async () => {
    smtp = { ...smtp, url: smtp.url.replace('smtp:', 'smtps:') };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'retry' });
    expect((outcome as { reason: string }).reason).toMatch(
      /does not use TLS from the start. Write smtp:\/\//,
    );
  });
});
