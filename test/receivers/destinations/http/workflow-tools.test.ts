import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { startFakeOwnApi } from '../../../fakes/own-api.ts';
import { sampleBody } from '../../../fixtures/messages.ts';
import { temporaryFolder } from '../../../fixtures/receiver.ts';
import { ReceiverHere } from '../../../fixtures/receiver-here.ts';
import { until } from '../../../fixtures/until.ts';

const page = readFileSync(
  new URL('../../../../receivers/destinations/http/README.md', import.meta.url),
  'utf8',
);
const rows = [...page.matchAll(/^\| (n8n|Make|Pipedream) \|.*FORWARD_HEADERS='(.*?)'/gm)].map(
  ([, tool, headers]) => [tool, headers] as [string, string],
);
const home = temporaryFolder();
afterAll(() => home.remove());

test.each(rows)(
  'the settings that the README gives for %s send its header with the whole event',
  async (tool, written) => {
    const api = await startFakeOwnApi();
    const headers = written.replace('…', 'a-long-random-secret');
    const receiver = await ReceiverHere.start({
      DATA_DIR: `${home.folder}/${tool}`,
      FORWARD_URL: api.url,
      FORWARD_HEADERS: headers,
      FORWARD_ALLOW_PRIVATE: 'true',
    });
    await receiver.post(sampleBody('start'));
    const [taken] = await until(
      () => api.requests,
      (requests) => requests.length > 0,
    );
    const [[name, value]] = Object.entries(JSON.parse(headers)) as [[string, string]];
    expect(taken?.headers[name.toLowerCase()]).toBe(value);
    expect(JSON.parse(taken?.body ?? '')).toMatchObject({ type: 'experience.started' });
    await receiver.stop();
    await api.close();
  },
);

test('the README names the three tools', () => {
  expect(rows.map(([tool]) => tool)).toEqual(['n8n', 'Make', 'Pipedream']);
});
