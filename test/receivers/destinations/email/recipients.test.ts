import { afterEach, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { type FakeSmtp, type FakeSmtpOptions, startFakeSmtp } from '../../../fakes/smtp.ts';
import { startScriptedSmtp } from '../../../fakes/smtp-script.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { opened, openedWith, recalling } from './opened.ts';

/*
 * Mail servers that take a mail for some of its recipients. Reported of other software:
 * https://github.com/nodemailer/nodemailer/issues/1152 (who was rejected), https://www.postfix.org/postconf.5.html
 * (smtpd_recipient_limit), https://postgrey.schweikert.ch (greylisting).
 */

let smtp: FakeSmtp;
let destination: Destination;

let started: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of started.reverse()) {
    await each.close();
  }
  started = [];
});

const people = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `person${index + 1}@alpine.example`);

async function start(to: string[] | string, options: FakeSmtpOptions = {}): Promise<void> {
  smtp = await startFakeSmtp(options);
  destination = await opened(smtp, { to });
  started.push(smtp, destination);
}

/** Sends as the delivery does, until it is done, dead, or an attempt has made no progress. */
async function deliver(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let last: Outcome | undefined; last === undefined || (last.type === 'retry' && last.progressed); ) {
    const number = outcomes.length + 1;
    last = await destination.send(sampleMessage('start'), attempt({ number, ...recalling(...outcomes) }));
    outcomes.push(last);
  }
  return outcomes;
}

test('50 recipients at a limit of 5 per mail all get it once, one mail right after another, in one attempt', async () => {
  for (const pipelining of [true, false]) {
    await start(people(50), { mostRecipients: 5, pipelining });
    const outcomes = await deliver();
    expect(outcomes.at(-1)).toMatchObject({ type: 'done' });
    expect(outcomes).toHaveLength(10);
    for (const outcome of outcomes.slice(0, -1)) {
      expect(outcome).toMatchObject({ type: 'retry', progressed: true, delayMs: 0 });
    }
    const reached = smtp.mails.flatMap(({ to }) => to);
    expect(reached).toHaveLength(50);
    expect(new Set(reached)).toEqual(new Set(people(50)));
    expect(smtp.connections().all).toBe(1);
  }
});

test('a limit answered with 552 or 550 5.5.3 works the same way: the others get their own mail', async () => {
  for (const [code, text] of [
    [552, 'Too many recipients'],
    [550, '5.5.3 Too many recipients'],
  ] as const) {
    await start(people(2));
    smtp.faults.add('rcpt', { kind: 'reply', code, text }, { recipient: 'person2' });
    expect((await deliver()).map(({ type }) => type)).toEqual(['retry', 'done']);
    expect(smtp.mails.map(({ to }) => to)).toEqual([['person1@alpine.example'], ['person2@alpine.example']]);
  }
});

test('a whole mail that is refused for its recipients reaches them all in smaller mails', async () => {
  await start(people(10));
  smtp.faults.add('data', { kind: 'reply', code: 552, text: '5.3.4 too many recipients' }, { times: 2 });
  const outcomes = await deliver();
  expect(outcomes.at(-1)).toMatchObject({ type: 'done' });
  expect(smtp.mails.map(({ to }) => to.length)).toEqual([2, 2, 2, 2, 2]);
  expect(new Set(smtp.mails.flatMap(({ to }) => to))).toEqual(new Set(people(10)));
});

// https://www.postfix.org/postconf.5.html#smtpd_hard_error_limit: after too many errors the connection is closed.
test('a server that hangs up after five recipients gets smaller mails', async () => {
  let recipients = 0;
  const server = await startScriptedSmtp({
    MAIL: (socket) => {
      recipients = 0;
      socket.write('250 2.1.0 Ok\r\n');
    },
    RCPT: (socket) => {
      recipients += 1;
      if (recipients > 5) {
        socket.end('421 4.7.0 Error: too many recipients\r\n');
      } else {
        socket.write('250 2.1.5 Ok\r\n');
      }
    },
  });
  destination = openedWith({}, server, { to: people(12) });
  started.push(server, destination);
  const outcomes = await deliver();
  expect(outcomes.at(-1)).toMatchObject({ type: 'done' });
  expect(server.seen.filter((step) => step === 'dot')).toHaveLength(4);
});

test('one recipient that is too many for the server costs an attempt', async () => {
  await start('maya@alpine.example');
  smtp.faults.add('data', { kind: 'reply', code: 452, text: '4.5.3 too many recipients' }, { times: 9 });
  expect(await deliver()).toEqual([expect.not.objectContaining({ progressed: true })]);
});

test('greylisting of all recipients costs an attempt each time, and the next one goes to all', async () => {
  await start(people(3), { greylists: true });
  const [first] = await deliver();
  expect(first).toMatchObject({ type: 'retry', reason: expect.stringContaining('Greylisted') });
  expect(first).not.toHaveProperty('progressed');
  expect(await deliver()).toMatchObject([{ type: 'done' }]);
  expect(smtp.mails.map(({ to }) => to)).toEqual([people(3)]);
});

test('greylisting of some recipients: an attempt that reached the others does not count, and waits like a retry', async () => {
  await start(people(3));
  smtp.faults.add('rcpt', { kind: 'reply', code: 451, text: '4.7.1 Greylisting' }, { recipient: 'person2' });
  const [first, second] = await deliver();
  expect(first).toMatchObject({
    type: 'retry',
    progressed: true,
    reason: expect.stringContaining('person2@alpine.example (451 4.7.1 Greylisting)'),
  });
  expect(first).not.toHaveProperty('delayMs');
  expect(second).toMatchObject({ type: 'done' });
  expect(smtp.mails.map(({ to }) => to.length)).toEqual([2, 1]);
});

test('one dead address among valid ones: the valid ones get the mail, and the dead one is named', async () => {
  await start(people(3));
  smtp.faults.add('rcpt', { kind: 'reply', code: 550, text: '5.1.1 User unknown' }, { recipient: 'person2' });
  expect(await deliver()).toMatchObject([
    {
      type: 'done',
      note: expect.stringContaining('rejected person2@alpine.example (550 5.1.1 User unknown)'),
    },
  ]);
  expect(smtp.mails.map(({ to }) => to.length)).toEqual([2]);
});

test('a dead address that is the last one left: the delivery is done, because the others have the mail', async () => {
  await start(people(2), { mostRecipients: 1 });
  smtp.faults.add('rcpt', { kind: 'reply', code: 550, text: '5.1.1 User unknown' }, { recipient: 'person2' });
  expect((await deliver()).at(-1)).toMatchObject({ type: 'done', note: expect.stringContaining('person2') });
});

test('a mail that is rejected after some recipients got it names them', async () => {
  await start(people(2), { mostRecipients: 1 });
  const first = await destination.send(sampleMessage('start'), attempt());
  smtp.faults.add('data', { kind: 'reply', code: 554, text: '5.7.1 Message rejected as spam' });
  const second = await destination.send(sampleMessage('start'), attempt(recalling(first)));
  expect(second).toMatchObject({
    type: 'dead',
    reason: expect.stringContaining('Already sent to: person1@alpine.example.'),
  });
});

test('a refused sender says nothing about the recipients, even if commands are sent together', async () => {
  for (const pipelining of [true, false]) {
    await start(people(2), { pipelining });
    smtp.faults.add('mail', {
      kind: 'reply',
      code: 553,
      text: '5.7.1 Sender address rejected: not owned by user',
    });
    const [outcome] = await deliver();
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining('not owned by user') });
    expect(JSON.stringify(outcome)).not.toContain('person1');
  }
});
