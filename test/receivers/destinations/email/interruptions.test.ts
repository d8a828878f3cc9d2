import { afterEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import type { SmtpTimeouts } from '../../../../receivers/destinations/email/timeouts.ts';
import { type FakeSmtp, startFakeSmtp } from '../../../fakes/smtp.ts';
import {
  type ScriptedSmtp,
  type SmtpAnswer,
  type SmtpScriptStep,
  startScriptedSmtp,
} from '../../../fakes/smtp-script.ts';
import { SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { openedWith, recalling } from './opened.ts';

/*
 * What a broken connection means for the mail. Reported of other software:
 * https://github.com/nodemailer/nodemailer/issues/1172 (the server closes before it answers),
 * https://github.com/symfony/symfony/issues/24640 (a connection that was kept is gone).
 */

let servers: { close(): Promise<unknown> }[] = [];
let destinations: Destination[] = [];

afterEach(async () => {
  await Promise.all(destinations.map((each) => each.close()));
  await Promise.all(servers.map((each) => each.close()));
  [servers, destinations] = [[], []];
});

function open(...given: Parameters<typeof openedWith>): Destination {
  const destination = openedWith(...given);
  destinations.push(destination);
  return destination;
}

async function scripted(answers: Partial<Record<SmtpScriptStep, SmtpAnswer>>): Promise<ScriptedSmtp> {
  const smtp = await startScriptedSmtp(answers);
  servers.push(smtp);
  return smtp;
}

async function fake(options: Parameters<typeof startFakeSmtp>[0] = {}): Promise<FakeSmtp> {
  const smtp = await startFakeSmtp(options);
  servers.push(smtp);
  return smtp;
}

const withLogin = ({ url }: ScriptedSmtp) => ({ url: url.replace('//', '//bot:secret@') });
const BEFORE_DOT: SmtpScriptStep[] = ['greeting', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'];

function reasonOf(outcome: Outcome): string {
  return outcome.type === 'done' ? '' : outcome.reason;
}

describe('a connection that is reset', () => {
  test.each(BEFORE_DOT)(
    'after a reset at %s, before the final dot, the mail has not arrived',
    async (step) => {
      const smtp = await scripted({
        [step]: (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(),
      });
      const outcome = await open({}, withLogin(smtp)).send(sampleMessage('start'), attempt());
      expect(outcome).toMatchObject({ type: 'retry' });
      expect(outcome).not.toHaveProperty('uncertain');
      expect(smtp.seen).not.toContain('dot');
    },
  );

  test('after a reset within the text of a large mail, before the final dot, the mail has not arrived', async () => {
    const smtp = await scripted({ text: (socket) => socket.resetAndDestroy() });
    const fetchPicture = async () => ({ content: Buffer.alloc(16_000_000), contentType: 'image/png' });
    const destination = open({}, smtp, {}, { fetchPicture });
    const image = { url: 'https://charts.example/week.png', description: 'Visitors' };
    const report = { ...SAMPLE_REPORT.report, image };
    const outcome = await destination.send({ ...SAMPLE_REPORT, report }, attempt());
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
    expect(smtp.seen).not.toContain('dot');
  });

  test('after a reset following the final dot, the mail may have arrived', async () => {
    const smtp = await scripted({ dot: (socket) => socket.resetAndDestroy() });
    const outcome = await open({}, smtp).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
    expect(reasonOf(outcome)).toContain('may have arrived');
  });

  test('after a reset following the final dot, rejected recipients are not tried again, and others are named', async () => {
    const smtp = await fake();
    const destination = open({}, smtp);
    const unknown = { kind: 'reply', code: 550, text: '5.1.1 no such user' } as const;
    smtp.faults.add('rcpt', unknown, { recipient: 'jonas' });
    smtp.faults.add('data', { kind: 'reset', after: true });
    const first = await destination.send(sampleMessage('start'), attempt());
    expect(first).toMatchObject({ type: 'retry', uncertain: true });
    const second = await destination.send(
      sampleMessage('start'),
      attempt({ number: 2, uncertain: true, ...recalling(first) }),
    );
    expect(second).toMatchObject({
      type: 'done',
      note: expect.stringContaining('maya@alpine.example may have this mail twice'),
    });
    expect(second).toMatchObject({ note: expect.stringContaining('rejected jonas@alpine.example') });
    expect(smtp.mails.map(({ to }) => to)).toEqual([['maya@alpine.example'], ['maya@alpine.example']]);
  });

  test('half an answer after the final dot decides the outcome', async () => {
    const smtp = await scripted({ dot: (socket) => socket.end('451 4.3.0 Temporary') });
    const outcome = await open({}, smtp).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
    const cut = await scripted({ dot: (socket) => socket.end('25') });
    expect(await open({}, cut).send(sampleMessage('start'), attempt())).toMatchObject({ uncertain: true });
  });
});

describe('a server that does not answer', () => {
  /** Enough for the other commands on a busy machine. */
  const COMMAND = { command: 1_000 };

  test.each<[SmtpScriptStep, string, Partial<SmtpTimeouts>]>([
    ['greeting', 'Greeting never received', { greeting: 60, silence: 20 }],
    ['EHLO', 'EHLO', COMMAND],
    ['AUTH', 'AUTH', COMMAND],
    ['MAIL', 'MAIL FROM', COMMAND],
    ['RCPT', 'RCPT TO', COMMAND],
    ['DATA', 'DATA', { dataCommand: 60 }],
  ])('a server silent at %s: the step is named, and the mail has not arrived', async (step, named, quick) => {
    const smtp = await scripted({ [step]: null });
    const outcome = await open(quick, withLogin(smtp)).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringMatching(/did not answer in time/) });
    expect(reasonOf(outcome).toLowerCase()).toContain(named.toLowerCase());
    expect(outcome).not.toHaveProperty('uncertain');
  });

  test('a server silent after the final dot: the mail may have arrived', async () => {
    const smtp = await scripted({ dot: null });
    const outcome = await open({ finalDot: 60 }, smtp).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({
      type: 'retry',
      uncertain: true,
      reason: expect.stringContaining('the whole mail'),
    });
  });

  test('a server that trickles its answer is timed from the command', async () => {
    const smtp = await scripted({
      MAIL: (socket) => {
        const timer = setInterval(() => socket.write('250-2.1.0 Wait\r\n'), 15);
        socket.on('close', () => clearInterval(timer));
      },
    });
    const outcome = await open(COMMAND, smtp).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('MAIL FROM') });
  });

  test('a server slower than ATTEMPT_TIMEOUT_SECONDS but within RFC 5321 gets the mail once', async () => {
    const smtp = await fake({ delayMs: 150 });
    smtp.faults.add('connect', { kind: 'delay', ms: 150 });
    smtp.faults.add('mail', { kind: 'delay', ms: 150 });
    const outcome = await open({ silence: 40 }, smtp).send(sampleMessage('start'), attempt());
    expect(outcome).toMatchObject({ type: 'done' });
    expect(smtp.mails).toHaveLength(1);
  });

  test('a server gets at least the times of RFC 5321, section 4.5.3.2, whatever limit other attempts have', async () => {
    const smtp = await fake();
    const destination = open({}, smtp);
    expect(destination.attemptTimeoutMs).toBeGreaterThanOrEqual(30 * 60_000);
  });
});

describe('an attempt that ends', () => {
  test('an attempt that ends before anything is sent sends nothing', async () => {
    const smtp = await fake();
    const signal = AbortSignal.abort();
    const outcome = await open({}, smtp).send(sampleMessage('start'), attempt({ signal }));
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(smtp.connections().all).toBe(0);
  });

  test.each(['MAIL', 'RCPT', 'DATA'] as const)(
    'an attempt that loses its lease at %s sends no final dot',
    async (step) => {
      const lost = new AbortController();
      const proper = { MAIL: '250 Ok', RCPT: '250 Ok', DATA: '354 Go on' };
      const smtp = await scripted({
        [step]: (socket: { write(text: string): void }) => {
          lost.abort();
          socket.write(`${proper[step]}\r\n`);
        },
      });
      const outcome = await open({}, smtp).send(sampleMessage('start'), attempt({ signal: lost.signal }));
      expect(outcome).toMatchObject({ type: 'retry' });
      expect(outcome).not.toHaveProperty('uncertain');
      expect(smtp.seen).not.toContain('dot');
    },
  );

  test('an attempt that ends after the final dot may have arrived', async () => {
    const lost = new AbortController();
    const smtp = await scripted({ dot: () => lost.abort() });
    const outcome = await open({}, smtp).send(sampleMessage('start'), attempt({ signal: lost.signal }));
    expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
  });
});

describe('a connection that was kept', () => {
  test.each<[string, (smtp: FakeSmtp) => void]>([
    ['reset', (smtp) => smtp.faults.add('mail', { kind: 'reset' })],
    ['ended with 421', (smtp) => smtp.faults.add('mail', { kind: 'reply', code: 421, text: '4.4.2 idle' })],
  ])('a kept connection that was %s is replaced by a new one', async (_, fault) => {
    for (const pipelining of [true, false]) {
      const smtp = await fake({ pipelining });
      const destination = open({}, smtp);
      await destination.send(sampleMessage('create'), attempt());
      fault(smtp);
      expect(await destination.send(sampleMessage('start'), attempt())).toMatchObject({ type: 'done' });
      expect(smtp.mails).toHaveLength(2);
      expect(smtp.connections().all).toBe(2);
    }
  });

  test('a kept connection that is reset after the final dot is not replaced in the same attempt', async () => {
    const smtp = await fake();
    const destination = open({}, smtp);
    await destination.send(sampleMessage('create'), attempt());
    smtp.faults.add('data', { kind: 'reset', after: true });
    expect(await destination.send(sampleMessage('start'), attempt())).toMatchObject({ uncertain: true });
    expect(smtp.mails).toHaveLength(2);
  });
});
