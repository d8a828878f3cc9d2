import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorld, type World } from '../chaos/world.ts';
import { parseMail } from '../fakes/smtp.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { Receiver, runCommand, SECRET, temporaryFolder } from '../fixtures/receiver.ts';

let world: World;
let data: ReturnType<typeof temporaryFolder>;
let receiver: Receiver;

const ACTIONS_IN_ORDER = [
  'createExperience',
  'startExperience',
  'updateExperience',
  'pauseExperience',
  'endExperience',
  'deleteExperience',
];
const TITLES = ['Created', 'Started', 'Updated', 'Paused', 'Ended', 'Deleted'];

beforeAll(async () => {
  world = await startWorld('card');
  data = temporaryFolder();
  receiver = await Receiver.start({
    ...world.settings,
    DATA_DIR: data.folder,
    UPDATE_QUIET_SECONDS: '0',
    FIRST_RETRY_SECONDS: '0.05',
    LOG_PRETTY: 'false',
  });
});

afterAll(async () => {
  await receiver.kill();
  await world.close();
  data.remove();
});

describe('a whole life of an experience, sent from the command line', () => {
  let sent: { code: number | null; stdout: string; stderr: string };

  beforeAll(async () => {
    const url = `${receiver.url}/webhooks/intelligems`;
    sent = await runCommand(['send', '--all', '--url', url, '--secret', SECRET]);
    await receiver.printedTimes('"msg":"delivered"', 4 * TITLES.length);
  });

  test('the six events of an experience are accepted', () => {
    expect(sent.code).toBe(0);
    expect(sent.stdout.match(/: 200 \{"status":"accepted"/g)).toHaveLength(TITLES.length);
  });

  test('the six events become one card in Slack that shows the end, with replies in its thread', () => {
    const [card, ...others] = world.slack.inChannel();
    expect(others).toEqual([]);
    expect(JSON.stringify(card?.blocks)).toMatch(/Deleted/);
    const replies = card === undefined ? [] : world.slack.replies(card);
    expect(replies.map(({ text }) => text).join('\n')).toMatch(/started.*updated.*paused.*ended.*deleted/s);
  });

  test('the six events become six rows in the sheet, with the documented columns first', () => {
    const [header, ...rows] = world.sheets.spreadsheet.shown('Intelligems');
    expect(header?.slice(0, 6)).toEqual([
      'Experience Name',
      'Action Type',
      'Experience Type',
      'Timestamp',
      'Experience ID',
      'Triggered By Email',
    ]);
    expect(rows.map((row) => row[1])).toEqual(ACTIONS_IN_ORDER);
  });

  test('the six events become six mails in one thread', async () => {
    const mails = await Promise.all(world.smtp.mails.map(parseMail));
    expect(mails).toHaveLength(TITLES.length);
    expect(new Set(mails.map(({ subject }) => subject?.replace(/^Re: /, ''))).size).toBe(1);
    expect(mails[1]?.text).toMatch(/was started by maya@alpine-goods\.example/);
  });

  test('the six events become six signed calls of your own API, in order', () => {
    const calls = world.api.requests.filter(({ tookEffect }) => tookEffect);
    expect(calls.map(({ body }) => JSON.parse(body).title)).toEqual(
      TITLES.map((title) => `Experience ${title}`),
    );
    expect(new Set(calls.map(({ id }) => id)).size).toBe(TITLES.length);
  });
});

test('a failing destination does not hold up others, and catches up by itself', async () => {
  world.slack.faults.add({ kind: 'status', status: 500 }, { path: 'chat.', times: 2 });
  const before = world.smtp.mails.length;
  const payload = samplePayload('start');
  const body = JSON.stringify({ ...payload, experience: { ...payload.experience, id: 'through-a-fault' } });
  const answer = (await (await receiver.post(body)).json()) as { event: string };
  await receiver.printed(new RegExp(`"event":"${answer.event}","destination":"email".*"delivered"`));
  await receiver.printed(new RegExp(`"event":"${answer.event}","destination":"slack".*"will try again"`));
  await receiver.printed(new RegExp(`"event":"${answer.event}","destination":"slack".*"delivered"`));
  expect(world.smtp.mails).toHaveLength(before + 1);
  expect(
    world.slack.messages().filter((message) => JSON.stringify(message).includes('through-a-fault')),
  ).toHaveLength(1);
});

test('the whole way prints no secret', () => {
  for (const secret of [SECRET, world.slack.token, 'PRIVATE KEY']) {
    expect(receiver.output).not.toMatch(secret);
  }
});

test('SIGTERM finishes work in progress and exits with 0', async () => {
  const payload = samplePayload('end');
  world.api.faults.add({ kind: 'status', status: 500 });
  await receiver.post(JSON.stringify({ ...payload, experience: { ...payload.experience, id: 'last' } }));
  expect(await receiver.stop()).toBe(0);
});

test('a second receiver on the same data folder says why it does not start', async () => {
  const first = await Receiver.start({ DATA_DIR: data.folder });
  const second = await runCommand(['start'], { DATA_DIR: data.folder, PORT: '0', HOST: '127.0.0.1' });
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/Another receiver is running on the data folder/);
  expect(await first.stop()).toBe(0);
});
