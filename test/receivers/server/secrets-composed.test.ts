import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

/** Characters that JSON, HTML, a URL and a shell each write differently. */
const SECRET = `Se"cr<e>t&'ü/\\k+y 77`;
const TOKEN = 'the-token-of-the-tests';
const home = temporaryFolder();
let receiver: ReceiverHere;

beforeAll(async () => {
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    INTELLIGEMS_WEBHOOK_SECRET: SECRET,
    FORWARD_URL: 'http://127.0.0.1:1/hook',
    FORWARD_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'trace',
  });
});

afterAll(async () => {
  await receiver.stop();
  home.remove();
});

async function shown(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return (await fetch(`${receiver.url}/console${path}`, { headers })).text();
}

/** Undoes one encoding. */
const DECODERS: ((text: string) => string)[] = [
  (text) =>
    text.replace(
      /&(?:amp|lt|gt|quot|#39);/g,
      (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity] as string,
    ),
  (text) =>
    text.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/]))/g, (_, code, plain) =>
      code ? String.fromCharCode(Number.parseInt(code, 16)) : plain,
    ),
  (text) => text.replaceAll(`'\\''`, "'"),
  (text) =>
    text.replace(/(?:%[0-9a-fA-F]{2})+/g, (bytes) =>
      Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
    ),
];

/** The ways of decoding, up to four deep, that make the secret appear. */
function findings(text: string): string[] {
  const found: string[] = [];
  const visit = (current: string, way: string, depth: number): void => {
    if (current.includes(SECRET)) {
      found.push(way);
      return;
    }
    if (depth < 4) {
      for (const [at, decode] of DECODERS.entries()) {
        visit(decode(current), `${way}${at}`, depth + 1);
      }
    }
  };
  visit(text, '', 0);
  return found;
}

test('a secret that is encoded several times, in JSON, HTML, a URL or a shell, is shown nowhere', async () => {
  const payload = samplePayload('start');
  const escapedOnce = JSON.stringify(SECRET).slice(1, -1);
  const noAscii = escapedOnce.replace('ü', '\\u00fc').replaceAll('/', '\\/');
  const body = JSON.stringify({
    ...payload,
    experience: { ...payload.experience, name: `Price ${SECRET} test`, description: 'PLACE' },
    note: JSON.stringify({ inner: SECRET }),
    link: `https://example.com/?s=${encodeURIComponent(SECRET)}&t=${encodeURIComponent(encodeURIComponent(SECRET))}`,
  }).replace('PLACE', noAscii);
  const { event: key } = (await (await postSigned(receiver.url, body, { secret: SECRET })).json()) as {
    event: string;
  };
  await postSigned(receiver.url, `{"secret":"${noAscii}","again":${JSON.stringify(SECRET)}}`, {
    secret: 'another',
    headers: { 'x-note': encodeURIComponent(SECRET), 'x-json': noAscii },
  });
  await postSigned(receiver.url, '{}', {
    secret: 'another',
    path: `/webhooks/intelligems/${encodeURIComponent(SECRET)}`,
  });
  const paths = [
    '',
    '/events',
    `/events/${key}`,
    `/events/${key}/body`,
    `/events/${key}/curl`,
    `/events/${key}/preview/email`,
    `/events/${key}/preview/http`,
    `/events/${key}/replay?to=http`,
    '/experiences',
    `/experiences/${payload.experience.id}`,
    '/refused',
    '/api/events',
    `/api/events/${key}`,
    `/api/events/${key}/preview/http`,
    '/api/experiences',
    '/api/refused',
    '/api/export',
  ];
  const all = await Promise.all(paths.map(async (path) => [path, findings(await shown(path))]));
  all.push(['log', findings(receiver.output)]);
  expect(await shown('/api/export')).toContain('[secret]');
  expect(all.filter(([, found]) => found?.length)).toEqual([]);
});
