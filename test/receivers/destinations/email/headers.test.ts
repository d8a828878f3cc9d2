import { afterEach, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { type FakeSmtp, type FakeSmtpOptions, parseMail, startFakeSmtp } from '../../../fakes/smtp.ts';
import { startScriptedSmtp } from '../../../fakes/smtp-script.ts';
import { SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { opened, recalling } from './opened.ts';

/*
 * What mail headers may hold. Reported of other software: https://github.com/nodemailer/nodemailer/issues/1141
 * (international domains), https://github.com/mautic/mautic/issues/8326 (encoded words in subjects).
 */

let smtp: FakeSmtp;
let destination: Destination;

afterEach(async () => {
  await destination.close();
  await smtp.close();
});

async function start(settings: Record<string, unknown>, options: FakeSmtpOptions = {}): Promise<void> {
  smtp = await startFakeSmtp(options);
  destination = await opened(smtp, settings);
}

const headOf = (raw: string): string => raw.slice(0, raw.indexOf('\r\n\r\n'));

test('international domains are in ASCII in every header', async () => {
  await start({
    from: 'Versuche <bot@bücher.example>',
    to: 'Zoë <zoe@müller.example>, ann@例え.テスト',
    unsubscribe: 'mailto:stop@bücher.example?subject=Stop',
    listId: 'versuche.bücher.example',
  });
  expect(await destination.send(sampleMessage('start'), attempt())).toMatchObject({ type: 'done' });
  const [mail] = smtp.mails;
  const head = headOf(mail!.raw);
  expect(head).toMatch(/^[\p{ASCII}]*$/u);
  for (const line of [
    /^From: Versuche <bot@xn--bcher-kva\.example>$/m,
    /^To: =\?UTF-8\?Q\?Zo=C3=AB\?= <zoe@xn--mller-kva\.example>,\s+ann@xn--r8jz45g\.xn--zckzah$/m,
    /^Message-ID: <\S+@xn--bcher-kva\.example>$/m,
    /^References:\s+<experience-\S+@xn--bcher-kva\.example>$/m,
    /^In-Reply-To:\s+<experience-\S+@xn--bcher-kva\.example>$/m,
    /^List-ID: <versuche\.xn--bcher-kva\.example>$/m,
    /^List-Unsubscribe: <mailto:stop@xn--bcher-kva\.example\?subject=Stop>$/m,
  ]) {
    expect(head).toMatch(line);
  }
});

test('international domains are in ASCII in the envelope', async () => {
  await start({});
  const scripted = await startScriptedSmtp();
  const to = 'zoe@müller.example, ann@例え.テスト';
  const international = await opened(scripted, { from: 'bot@bücher.example', to });
  expect(await international.send(sampleMessage('start'), attempt())).toMatchObject({ type: 'done' });
  expect(scripted.commands).toEqual(
    expect.arrayContaining([
      'MAIL FROM:<bot@xn--bcher-kva.example>',
      'RCPT TO:<zoe@xn--mller-kva.example>',
      'RCPT TO:<ann@xn--r8jz45g.xn--zckzah>',
    ]),
  );
  await international.close();
  await scripted.close();
});

test('headers derived from EMAIL_FROM have its domain in ASCII too', async () => {
  await start({ from: 'bot@bücher.example' });
  await destination.send(sampleMessage('start'), attempt());
  const head = headOf(smtp.mails[0]!.raw);
  expect(head).toMatch(/^List-ID: <experiments\.xn--bcher-kva\.example>$/m);
  expect(head).toMatch(/^List-Unsubscribe:\s+<mailto:bot@xn--bcher-kva\.example\?subject=Unsubscribe>$/m);
});

test('two spellings of one address count as one recipient', async () => {
  await start({ to: 'zoe@müller.example, ZOE@xn--mller-kva.example' });
  await destination.send(sampleMessage('start'), attempt());
  expect(smtp.mails[0]?.to).toHaveLength(1);
});

test('an address with international letters before the @ gets its own mail, by SMTPUTF8', async () => {
  await start({ to: 'maya@alpine.example, zoë@alpine.example' });
  const first = await destination.send(sampleMessage('start'), attempt());
  expect(first).toMatchObject({ type: 'retry', progressed: true, delayMs: 0 });
  const second = await destination.send(sampleMessage('start'), attempt(recalling(first)));
  expect(second).toMatchObject({ type: 'done' });
  expect(smtp.mails.map(({ to }) => to)).toEqual([['maya@alpine.example'], ['zoë@alpine.example']]);
  expect(headOf(smtp.mails[0]!.raw)).toMatch(/^[\p{ASCII}]*$/u);
});

test('a server without SMTPUTF8 does not get such an address: the others get the mail, and the note says why', async () => {
  await start({ to: 'maya@alpine.example, zoë@alpine.example' }, { smtputf8: false });
  const outcomes: Outcome[] = [await destination.send(sampleMessage('start'), attempt())];
  outcomes.push(await destination.send(sampleMessage('start'), attempt(recalling(...outcomes))));
  expect(outcomes[1]).toMatchObject({ type: 'done', note: expect.stringContaining('SMTPUTF8') });
  expect(smtp.mails.map(({ to }) => to)).toEqual([['maya@alpine.example']]);
});

const LOOKALIKE = '=?UTF-8?B?SGFja2Vk?=';

test.each(['thread', 'event'])(
  'names that look like encoded words are shown unchanged (subject: %s)',
  async (subject) => {
    await start({
      subject,
      from: `"${LOOKALIKE}" <bot@alpine.example>`,
      to: `"${LOOKALIKE}" <maya@alpine.example>`,
    });
    const { event } = sampleMessage('start');
    const message = sampleMessage('start', {
      event: {
        ...event,
        experience: { ...event.experience, name: `${LOOKALIKE} price test` },
        organization: { ...event.organization, name: `Store ${LOOKALIKE}` },
      },
    });
    await destination.send(message, attempt());
    const mail = await parseMail(smtp.mails[0]!);
    expect(mail.subject).toContain(`${LOOKALIKE} price test`);
    expect(mail.subject).toContain(`Store ${LOOKALIKE}`);
    expect(mail.from?.value).toEqual([{ name: LOOKALIKE, address: 'bot@alpine.example' }]);
    expect([mail.to].flat()[0]?.value).toEqual([{ name: LOOKALIKE, address: 'maya@alpine.example' }]);
    expect(headOf(smtp.mails[0]!.raw)).not.toContain(LOOKALIKE);
  },
);

test('a report title that looks like an encoded word is shown unchanged', async () => {
  await start({});
  const report = { ...SAMPLE_REPORT.report, title: `${LOOKALIKE} =?bad` };
  await destination.send({ ...SAMPLE_REPORT, report }, attempt());
  expect((await parseMail(smtp.mails[0]!)).subject).toBe(`${LOOKALIKE} =?bad`);
});
