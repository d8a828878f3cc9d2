import { afterEach, expect, test } from '@jest/globals';
import { type FakeSmtp, type FakeSmtpOptions, parseMail, startFakeSmtp } from '../../../fakes/smtp.ts';
import { sampleBody } from '../../../fixtures/messages.ts';
import { temporaryFolder } from '../../../fixtures/receiver.ts';
import { ReceiverHere } from '../../../fixtures/receiver-here.ts';

let data: ReturnType<typeof temporaryFolder>;
let smtp: FakeSmtp;
let receiver: ReceiverHere;

afterEach(async () => {
  await receiver.stop();
  await smtp.close();
  data.remove();
});

async function start(
  options: FakeSmtpOptions,
  settings: Record<string, string> = {},
  url?: string,
): Promise<void> {
  data = temporaryFolder();
  smtp = await startFakeSmtp(options);
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    SMTP_URL: url === undefined ? smtp.url : url.replace('PORT', String(smtp.port)),
    EMAIL_FROM: 'experiments@example.com',
    EMAIL_TO: 'team@example.com',
    FIRST_RETRY_SECONDS: '0.05',
    RETRY_FACTOR: '1',
    ...settings,
  });
}

test('a server that scans a mail for longer than ATTEMPT_TIMEOUT_SECONDS gets it once', async () => {
  await start({ delayMs: 1_000 }, { ATTEMPT_TIMEOUT_SECONDS: '0.2' });
  await receiver.post(sampleBody('start'));
  await receiver.printed(/"destination":"email","attempt":1.*"delivered"/);
  expect(smtp.mails).toHaveLength(1);
});

test('everyone gets the mail even if a server with few recipients per mail needs more mails than MAX_ATTEMPTS', async () => {
  const people = Array.from({ length: 50 }, (_, index) => `person${index}@example.com`);
  await start({ mostRecipients: 5 }, { MAX_ATTEMPTS: '2', EMAIL_TO: people.join(',') });
  await receiver.post(sampleBody('start'));
  await receiver.printed(/"destination":"email".*"delivered"/);
  const reached = smtp.mails.flatMap(({ to }) => to);
  expect(reached.sort()).toEqual([...people].sort());
});

test('a % in the SMTP password works', async () => {
  const login = { user: 'bot', password: '100%sure' };
  await start({ login }, {}, 'smtp://bot:100%sure@127.0.0.1:PORT');
  await receiver.post(sampleBody('start'));
  await receiver.printed(/"destination":"email".*"delivered"/);
  expect(smtp.mails[0]?.user).toBe('bot');
});

test('a mail that goes out late shows the state then and now', async () => {
  await start({});
  smtp.faults.add('mail', { kind: 'reply', code: 451, text: '4.3.0 later' }, { times: 3 });
  await receiver.post(sampleBody('pause'));
  await receiver.post(sampleBody('delete'));
  await receiver.printed(/"event":"\S+","destination":"email"(?:.|\n)*"delivered"(?:.|\n)*"delivered"/);
  const [paused, deleted] = await Promise.all(smtp.mails.map(parseMail));
  expect(paused?.text).toMatch(/was paused/);
  expect(paused?.text).toContain('Status: paused');
  expect(paused?.text).toContain('it is deleted now');
  expect(deleted?.text).toContain('Status: deleted');
});
