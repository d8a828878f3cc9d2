import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';

const home = temporaryFolder();
let receiver: ReceiverHere;
let cookie: string;

beforeAll(async () => {
  receiver = await ReceiverHere.start({ DATA_DIR: home.folder, CONSOLE_TOKEN: TOKEN, LOG_LEVEL: 'silent' });
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    body: new URLSearchParams({ token: TOKEN }),
    headers: { origin: receiver.url },
    redirect: 'manual',
  });
  cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
});
afterAll(async () => {
  await receiver?.stop();
  home.remove();
});

async function text(path: string): Promise<string> {
  return (await fetch(`${receiver.url}/console${path}`, { headers: { cookie } })).text();
}

test('a secret that a sender put into a name, the body or a header is shown nowhere in the console', async () => {
  const payload = samplePayload('start');
  const body = JSON.stringify({
    ...payload,
    experience: { ...payload.experience, name: `Price ${SECRET} test`, description: TOKEN },
    note: Buffer.from(`user:${SECRET}`).toString('base64'),
  });
  const { event: key } = (await (await receiver.post(body)).json()) as { event: string };
  await postSigned(receiver.url, `{"secret":"${SECRET}"}`, {
    secret: 'another',
    headers: { 'x-intelligems-signature': SECRET, 'user-agent': `hook ${SECRET}` },
  });
  const paths = [
    '',
    '/events',
    `/events/${key}`,
    `/events/${key}/body`,
    `/events/${key}/curl`,
    `/events/${key}/preview/email`,
    `/events/${key}/replay?to=preview`,
    '/experiences',
    `/experiences/${payload.experience.id}`,
    '/refused',
    '/api/events',
    `/api/events/${key}`,
    `/api/events/${key}/preview/slack`,
    '/api/experiences',
    '/api/refused',
    '/api/export',
  ];
  const encoded = Buffer.from(SECRET).toString('base64').slice(0, 20);
  for (const path of paths) {
    const shown = await text(path);
    const found = [SECRET, TOKEN, encoded].filter((secret) => shown.includes(secret));
    expect({ path, found }).toEqual({ path, found: [] });
  }
  expect(await text(`/events/${key}`)).toContain('Price [secret] test');
});
