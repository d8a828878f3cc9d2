import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeSlack, startFakeSlack } from '../fakes/slack.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';

const STORE = { path: '/webhooks/intelligems/store', secret: 'the-secret-of-the-store' };
const OUTLET = { path: '/webhooks/intelligems/outlet', secret: 'the-secret-of-the-outlet' };
const PINNED = { path: '/webhooks/intelligems/pinned', secret: 'the-secret-of-the-pinned-source' };
const PINNED_ORGANIZATION = '0d0e9c52-64f2-4a35-9f0c-3f2b6a8f4c11';

let home: ReturnType<typeof temporaryFolder>;
let slack: FakeSlack;
let receiver: ReceiverHere;
let experienceId: string;

beforeAll(async () => {
  home = temporaryFolder();
  slack = await startFakeSlack();
  writeFileSync(
    join(home.folder, 'receivers.yaml'),
    `sources:
  - { name: store, secrets: [${STORE.secret}] }
  - { name: outlet, secrets: [${OUTLET.secret}] }
  - { name: pinned, secrets: [${PINNED.secret}], organizationId: ${PINNED_ORGANIZATION.toUpperCase()} }
destinations:
  - { name: slack, type: slack, token: ${slack.token}, channel: '#experiments', apiUrl: '${slack.url}' }
`,
  );
  receiver = await ReceiverHere.start({ DATA_DIR: home.folder, INTELLIGEMS_WEBHOOK_SECRET: '' });
});

afterAll(async () => {
  await receiver.stop();
  await slack.close();
  home.remove();
});

beforeEach(() => {
  experienceId = crypto.randomUUID();
});

/** A sample about the experience of the test, with everything in it as the store would send it. */
function body(name: 'start' | 'end', changes: object = {}): string {
  const payload = samplePayload(name);
  const { organizationId: _, ...experience } = payload.experience as Record<string, unknown>;
  return JSON.stringify({ ...payload, ...changes, experience: { ...experience, id: experienceId } });
}

async function post(source: typeof STORE, content: string): Promise<{ status: string; event: string }> {
  const response = await postSigned(receiver.url, content, source);
  expect(response.status).toBe(200);
  return (await response.json()) as { status: string; event: string };
}

function delivered(event: string): Promise<string> {
  return receiver.printed(new RegExp(`"event":"${event}","destination":"slack".*"delivered"`));
}

/** The cards in the channel that were first posted for one of these events. */
function cards(...events: string[]) {
  return slack.inChannel().filter(({ metadata }) => events.includes(String(metadata?.event_payload.key)));
}

describe('a source that posts an end with the organization and experience of another store', () => {
  test('a forged end does not use up the event key of the real one, nor change the store’s card', async () => {
    const start = await post(STORE, body('start'));
    await delivered(start.event);
    const forged = await post(OUTLET, body('end'));
    await delivered(forged.event);
    const [card] = cards(start.event);
    expect(card?.text).toMatch(/Running|Started/);
    expect(slack.replies(card!).filter(({ text }) => text.includes('ended'))).toEqual([]);
    expect(cards(forged.event)).toHaveLength(1);

    const real = await post(STORE, body('end'));
    expect(real).toEqual({ status: 'accepted', event: expect.not.stringMatching(forged.event) });
    await delivered(real.event);
    const [ended] = cards(start.event);
    expect(ended?.text).toContain('Ended');
    expect(slack.replies(ended!).filter(({ text }) => text.includes('ended'))).toHaveLength(1);
    expect((await post(STORE, body('end'))).status).toBe('duplicate');
  });

  test('a forged event is kept and not delivered if the settings name another organization for its source', async () => {
    const before = slack.messages().length;
    const { event } = await post(PINNED, body('end'));
    await receiver.printed(new RegExp(`"event":"${event}".*belongs to the organization`));
    const missing = await post(PINNED, body('end', { organization: undefined }));
    await delivered(missing.event);
    const nested = samplePayload('end');
    const foreign = JSON.stringify({
      ...nested,
      organization: {},
      timestamp: nested.timestamp + 1,
      experience: { ...nested.experience, id: experienceId, organizationId: 'of-another-store' },
    });
    const hidden = await post(PINNED, foreign);
    await receiver.printed(new RegExp(`"event":"${hidden.event}".*belongs to the organization`));
    const own = await post(PINNED, body('start', { organization: { id: PINNED_ORGANIZATION } }));
    await delivered(own.event);
    expect(cards(event, hidden.event)).toEqual([]);
    expect(slack.messages().length).toBeGreaterThan(before);
  });
});
