import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import { fetchPicture } from '../../../../receivers/destinations/email/picture.ts';
import { EmailDestination } from '../../../../receivers/destinations/email/send.ts';
import { openHttpClient } from '../../../../receivers/outgoing/client.ts';
import { type FakeSmtp, parseMail, startFakeSmtp } from '../../../fakes/smtp.ts';
import { SAMPLE_REPORT } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';
import { attempt } from '../common/opened.ts';
import { SETTINGS } from './opened.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const CHART = 'https://charts.example/week.png?a=1&b=2';
const MESSAGE = {
  ...SAMPLE_REPORT,
  report: { ...SAMPLE_REPORT.report, image: { url: CHART, description: 'Visitors' } },
};

describe('a mail with a chart', () => {
  let smtp: FakeSmtp;

  afterEach(() => smtp.close());

  async function sent(getPicture: typeof fetchPicture) {
    smtp = await startFakeSmtp();
    const settings = email.settings.parse({ smtpUrl: smtp.url, ...SETTINGS });
    const destination = new EmailDestination(settings, servicesFor(email), { fetchPicture: getPicture });
    await destination.send(MESSAGE, attempt());
    await destination.close();
    const [mail] = smtp.mails;
    return parseMail(mail!);
  }

  test('a mail carries its chart and shows it in its place in the HTML', async () => {
    const asked: string[] = [];
    const parsed = await sent(async (url) => {
      asked.push(url);
      return { content: PNG, contentType: 'image/png' };
    });
    expect(asked).toEqual([CHART]);
    // The parser puts the picture of a Content-ID into its place.
    expect(parsed.html).toContain(`src="data:image/png;base64,${PNG.toString('base64')}"`);
    expect(parsed.attachments).toMatchObject([
      {
        cid: 'chart@intelligems-receivers',
        contentDisposition: 'inline',
        filename: 'chart.png',
        content: PNG,
      },
    ]);
    expect(parsed.text).toContain(CHART);
  });

  test('a mail shows its chart from the URL if it cannot be fetched', async () => {
    const parsed = await sent(async () => null);
    expect(parsed.html).toContain('src="https://charts.example/week.png?a=1&amp;b=2"');
    expect(parsed.attachments).toEqual([]);
  });
});

describe('a picture on the web', () => {
  let server: Server;

  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  async function fetched(listener: RequestListener, signal = new AbortController().signal) {
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const http = openHttpClient({ timeoutMs: 2_000 });
    return fetchPicture(`http://127.0.0.1:${port}/week.png`, signal, http).finally(() => http.close());
  }

  test('a picture on the web is attached unchanged', async () => {
    const picture = await fetched((_, response) => {
      response.writeHead(200, { 'content-type': 'image/PNG; charset=binary' }).end(PNG);
    });
    expect(picture).toEqual({ content: PNG, contentType: 'image/png' });
  });

  test.each<[string, RequestListener]>([
    ['is gone', (_, response) => void response.writeHead(404, { 'content-type': 'image/png' }).end(PNG)],
    ['is a page', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')],
    ['is a redirect', (_, response) => void response.writeHead(302, { location: '/other.png' }).end()],
    [
      'is huge',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'image/png' });
        response.end(Buffer.alloc(2 * 1_048_576 + 1));
      },
    ],
    ['breaks off', (request) => void request.socket.destroy()],
  ])('a picture that %s is not attached', async (_, listener) => {
    expect(await fetched(listener)).toBeNull();
  });

  test('a picture that does not arrive does not hold up the mail', async () => {
    expect(await fetched(() => {}, AbortSignal.timeout(20))).toBeNull();
  });
});
