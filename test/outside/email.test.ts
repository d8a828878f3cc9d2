import { hostname } from 'node:os';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ScriptedSmtp, startScriptedSmtp } from '../fakes/smtp-script.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function smtp(answers: Parameters<typeof startScriptedSmtp>[0]): Promise<ScriptedSmtp> {
  const server = await startScriptedSmtp(answers);
  closing.push(() => server.close());
  return server;
}

async function receiver(url: string, settings: Record<string, string> = {}): Promise<ReceiverHere> {
  const home = temporaryFolder();
  const started = await ReceiverHere.start({
    DATA_DIR: home.folder,
    SMTP_URL: url,
    EMAIL_FROM: 'Experiments <bot@alpine.example>',
    EMAIL_TO: 'maya@alpine.example',
    FIRST_RETRY_SECONDS: '0.05',
    MAX_ATTEMPTS: '2',
    ...settings,
  });
  closing.push(
    () => home.remove(),
    () => started.stop(),
  );
  return started;
}

describe('a mail server', () => {
  // https://github.com/nodemailer/nodemailer/issues/1742, https://github.com/calcom/cal.diy/issues/5254,
  // https://github.com/outline/outline/issues/4698, https://github.com/papra-hq/papra/issues/1424
  test('that refuses EHLO without a full host name, as Google’s relay does, takes the mail', async () => {
    const server = await smtp({});
    const started = await receiver(server.url);
    await started.post(sampleBody('start'));
    await started.printed(/"destination":"email".*"delivered"/);
    const greeted = server.commands.filter((command) => command.startsWith('EHLO'));
    const expected = hostname().includes('.') ? hostname() : 'alpine.example';
    expect(new Set(greeted)).toEqual(new Set([`EHLO ${expected}`]));
  });

  // https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/2729
  test('whose daily limit is reached keeps the mail waiting for an hour, however few attempts there are', async () => {
    const server = await smtp({
      MAIL: '550 5.1.90 Your message can’t be sent because you’ve reached your daily limit for message recipients',
    });
    const started = await receiver(server.url, { MAX_ATTEMPTS: '1' });
    await started.post(sampleBody('start'));
    const line = await started.printed(/[^\n]*daily sending limit[^\n]*"will try again"/);
    const again = /"again":"([^"]+)"/.exec(line)?.[1] ?? '';
    expect(Date.parse(again) - Date.now()).toBeGreaterThan(3_500_000);
  });

  test('that repeats a word of the user’s short password does not garble the advice', async () => {
    const server = await smtp({ AUTH: '535 5.7.8 Authentication credentials invalid' });
    const started = await receiver(server.url.replace('//', '//bot:pass@'));
    await started.post(sampleBody('start'));
    await started.printed(/Check the user and password in SMTP_URL[^\n]*"dead letter"/);
  });
});
