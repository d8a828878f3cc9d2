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

test('the check reports that the login succeeded', async () => {
  expect(await found({ login: LOGIN })).toEqual({
    what: 'Mail server',
    state: 'ok',
    finding: `127.0.0.1:${smtp.port} answers and accepts the login.`,
    fix: null,
  });
});

test('the check warns of a server that offers no login if the settings have one', async () => {
  const check = await found({}, 'bot:secret@');
  expect(check).toMatchObject({ state: 'warning', finding: expect.stringContaining('offers no login') });
  expect(JSON.stringify(check)).not.toMatch(/accepts the login|secret/);
});

test('the check claims no login if the settings have no user', async () => {
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

test('the check reports a rejected login without the password', async () => {
  const check = await found({ login: LOGIN }, 'bot:sword%20fish@');
  expect(check).toMatchObject({ state: 'fault', finding: expect.stringContaining('rejected the login') });
  expect(JSON.stringify(check)).not.toMatch(/sword.?fish/);
});

test('the check reports a certificate that no authority signed', async () => {
  expect(await found({ starttls: true })).toMatchObject({
    state: 'fault',
    finding: expect.stringContaining('signed by no known authority'),
  });
});

test.each([
  ['a % that begins no percent-encoding', 'bot:100%sure@'],
  ['a % that is encoded', 'bot:100%25sure@'],
])('the check logs in with a password that contains %s', async (_, credentials) => {
  expect(await found({ login: LOGIN }, credentials)).toMatchObject({ state: 'ok' });
});
