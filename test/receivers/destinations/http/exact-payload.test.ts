import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { ExperienceMessage } from '../../../../receivers/contract/message.ts';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import { parseEvent } from '../../../../shared/events.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../../fakes/own-api.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';
import { attempt } from '../common/opened.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Numbers and forms that do not survive being parsed and written again. https://github.com/n8n-io/n8n/issues/26925 */
const BODY = `{ "action":"startExperience", "timestamp": 1760000000000,
  "experience": {"id":"e-1","name":"Price \\u0026 test","big":7615917337495251231,"float":1.0,"huge":1e400,"minus":-0},
  "twice": 1, "twice": 2, "list": [0.10, 1E2] }`;

let api: FakeOwnApi;

beforeEach(async () => {
  api = await startFakeOwnApi();
});

afterEach(() => api.close());

function message(): ExperienceMessage {
  const parsed = parseEvent(BODY);
  if (!parsed.ok) {
    throw new Error(parsed.hint);
  }
  return { ...sampleMessage('start'), event: parsed.event, body: BODY };
}

async function sent(body?: string): Promise<string> {
  const settings = { ...http.example, url: api.url, secret: [SECRET], allowPrivate: true };
  const destination = await http.open(
    { ...settings, ...(body === undefined ? {} : { body }) },
    servicesFor(http),
  );
  expect(await destination.send(message(), attempt())).toMatchObject({ type: 'done' });
  await destination.close();
  const [request] = api.requests;
  new Webhook(SECRET).verify(request?.body ?? '', request?.headers as Record<string, string>);
  return request?.body ?? '';
}

test('your API gets the webhook byte for byte, inside a body that is signed as a whole', async () => {
  const body = await sent();
  expect(body).toContain(`"payload":${BODY}}`);
  expect(JSON.parse(body)).toMatchObject({ type: 'experience.started', payload: { list: [0.1, 100] } });
});

test('a body template writes the whole payload unchanged', async () => {
  expect(await sent('{"all":{{ payload | json }}}')).toBe(`{"all":${BODY}}`);
});

test('a body template writes parts of the payload with every digit', async () => {
  const template = `{
    "part": {{ payload.experience | json }},
    "big": {{ payload.experience.big }},
    "text": "{{ payload.experience.big }}",
    "float": {{ payload.experience.float | json }},
    "list": {{ payload.list | json }},
    "each": [{% for number in payload.list %}{% unless forloop.first %},{% endunless %}{{ number }}{% endfor %}]
  }`;
  expect(await sent(template)).toBe(`{
    "part": {"id":"e-1","name":"Price & test","big":7615917337495251231,"float":1.0,"huge":1e400,"minus":-0},
    "big": 7615917337495251231,
    "text": "7615917337495251231",
    "float": 1.0,
    "list": [0.10,1E2],
    "each": [0.10,1E2]
  }`);
});

test('a body template can still calculate with and compare numbers of the payload', async () => {
  const template =
    '{"sum":{{ payload.experience.float | plus: 1 }},"more":{% if payload.experience.big > 5 %}true{% else %}false{% endif %},"same":{% if payload.experience.float == 1 %}true{% else %}false{% endif %}}';
  expect(JSON.parse(await sent(template))).toEqual({ sum: 2, more: true, same: true });
});

test('the preview shows every digit of the payload', () => {
  const { document } = http.preview(message(), http.example);
  expect(document.content).toContain('"big": 7615917337495251231');
  expect(document.content).toContain('"float": 1.0');
});
