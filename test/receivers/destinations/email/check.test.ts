import { afterEach, expect, test } from '@jest/globals';
import { type FakeSmtp, type FakeSmtpOptions, startFakeSmtp } from '../../../fakes/smtp.ts';
import { opened } from './opened.ts';

let smtp: FakeSmtp;

afterEach(() => smtp.close());

const LOGIN = { user: 'bot', password: '100%sure' };

/** What the check of the mail server finds. `credentials` replaces those that the fake wants. */
async function found(options: FakeSmtpOptions, credentials?: string, query = '') {
  smtp = await startFakeSmtp(options);
  const url = credentials === undefined ? smtp.url : `smtp://${credentials}127.0.0.1:${smtp.port}`;
  const destination = await opened({ url: `${url}${query}` });
  const [check] = await destination.check();
  await destination.close();
  expect(smtp.mails).toEqual([]);
  return check;
}

test('a login that took place is reported', async () => {
  expect(await found({ login: LOGIN })).toEqual({
    what: 'Mail server',
    state: 'ok',
    finding: `127.0.0.1:${smtp.port} answers and accepts the login.`,
    fix: null,
  });
});

test('a server that offers no login is a warning where the settings have one', async () => {
  const check = await found({}, 'bot:secret@');
  expect(check).toMatchObject({ state: 'warning', finding: expect.stringContaining('offers no login') });
  expect(JSON.stringify(check)).not.toMatch(/accepts the login|secret/);
});

test('without a user in the settings, no login is claimed', async () => {
  const check = await found({ login: LOGIN }, '');
  expect(check).toMatchObject({
    state: 'ok',
    finding: expect.stringContaining('It offers a login, which it may need'),
  });
  await smtp.close();
  expect(await found({}, '')).toMatchObject({
    state: 'ok',
    finding: expect.stringContaining('No login was tried'),
  });
});

test('a rejected login is a fault, and the password is not in it', async () => {
  const check = await found({ login: LOGIN }, 'bot:sword%20fish@');
  expect(check).toMatchObject({ state: 'fault', finding: expect.stringContaining('rejected the login') });
  expect(JSON.stringify(check)).not.toMatch(/sword.?fish/);
});

test('a certificate that no authority signed is a fault', async () => {
  expect(await found({ starttls: true })).toMatchObject({
    state: 'fault',
    finding: expect.stringContaining('signed by no known authority'),
  });
});

test.each([
  ['a % that begins no percent-encoding', 'bot:100%sure@'],
  ['a % that is encoded', 'bot:100%25sure@'],
])('a password with %s logs in', async (_, credentials) => {
  expect(await found({ login: LOGIN }, credentials)).toMatchObject({ state: 'ok' });
});
