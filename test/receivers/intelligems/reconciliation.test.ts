import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from './stage.ts';
import { lives, stored } from './stored.ts';

let stage: Stage;
let now: number;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A busy machine takes this long for hundreds of deliveries to each destination, milliseconds. */
const LONG_MS = 60_000;

beforeEach(async () => {
  now = Date.now();
  stage = await setStage({ now: () => now });
  Object.assign(stage.settings, {
    RECONCILE: 'deliver',
    RECONCILE_EVERY_SECONDS: '0.2',
    RECONCILE_GRACE_SECONDS: '0',
    RESULTS: 'false',
  });
});

afterEach(() => stage.close());

/** A moment later at Intelligems, and never behind this machine's clock. */
function later(): void {
  now = Math.max(Date.now(), now + 5);
}

/** The texts of what stands in the thread of the only card. */
function replies(): string[] {
  const [card] = stage.world.slack.inChannel();
  return card === undefined ? [] : stage.world.slack.replies(card).map(({ text }) => text);
}

/** The last webhook, told with a time that lies so far beside the vendor's own record. */
function shifted(ms: number): string {
  const body = JSON.parse(stage.intelligems.webhooks.at(-1)?.body ?? '');
  return JSON.stringify({ ...body, timestamp: body.timestamp + ms });
}

describe('an action whose webhook never came', () => {
  test('becomes an event that is marked as recovered, and is delivered once', async () => {
    const { intelligems, world } = stage;
    await stage.start();
    const { id } = intelligems.create({ name: 'Backpack price test' });
    await stage.post();
    later();
    intelligems.act(id, 'start', 'noor@alpine-goods.example');
    await until(replies, (texts) => texts.length === 1);
    await stage.delivered('sheets', 2);
    expect(replies()).toEqual([
      'Backpack price test was started by noor@alpine-goods.example (Alpine Goods)',
    ]);
    expect(world.sheets.spreadsheet.shown('Intelligems')[2]?.slice(0, 2)).toEqual([
      'Backpack price test',
      'startExperience',
    ]);
    await stage.post();
    const events = await stored(stage);
    expect(events.map(({ action, origin }) => [action, origin])).toEqual([
      ['createExperience', 'webhook'],
      ['startExperience', 'recovered'],
    ]);
    const recovered = JSON.parse(Buffer.from(events[1]?.body ?? []).toString());
    expect(recovered).toMatchObject({
      action: 'startExperience',
      timestamp: now,
      organization: intelligems.organization,
      experience: {
        id,
        status: 'started',
        currency: { code: 'USD' },
        testTypes: { hasTestContentOnsite: true },
      },
    });
  });

  test('a recovered action is reported as it was then, not as the experience is now', async () => {
    const { intelligems } = stage;
    await stage.start({ LOG_LEVEL: 'debug' });
    const { id } = intelligems.create({ name: 'Backpack price test' });
    await stage.post();
    // From the first comparison on, it knows since when actions count.
    await stage.receiver.printed(/compared with Intelligems/);
    await stage.receiver.stop();
    for (const action of ['start', 'pause', 'start', 'end'] as const) {
      later();
      intelligems.act(id, action);
    }
    await stage.start();
    await until(replies, (texts) => texts.length === 4);
    const events = (await stored(stage)).slice(1);
    const documents = events.map(({ body }) => JSON.parse(Buffer.from(body).toString()).experience);
    expect(documents.map(({ status }) => status)).toEqual(['started', 'paused', 'started', 'ended']);
    expect(documents.map(({ experienceActions }) => experienceActions.length)).toEqual([1, 2, 3, 4]);
    expect(documents.map(({ endedAtTs }) => endedAtTs)).toEqual([null, null, null, now]);
    expect(events.every(({ late }) => !late)).toBe(true);
    expect(replies().join('\n')).toMatch(/started.*paused.*started.*ended/s);
  });
});

describe('a webhook that comes after all', () => {
  test('with the same time is a duplicate', async () => {
    const { intelligems } = stage;
    await stage.start();
    const { id } = intelligems.create();
    await stage.post();
    later();
    intelligems.act(id, 'start');
    await until(replies, (texts) => texts.length === 1);
    expect(await (await stage.post()).json()).toMatchObject({ status: 'duplicate' });
  });

  test('a webhook with a slightly different time is kept, and not reported again', async () => {
    const { intelligems, world } = stage;
    await stage.start();
    const { id } = intelligems.create();
    await stage.post();
    later();
    intelligems.act(id, 'start');
    await Promise.all(['slack', 'sheets', 'email', 'http'].map((each) => stage.delivered(each, 2)));
    await stage.post(shifted(3 * SECOND));
    await Promise.all(['slack', 'sheets', 'email', 'http'].map((each) => stage.delivered(each, 3)));
    expect(replies()).toHaveLength(1);
    expect(world.sheets.spreadsheet.shown('Intelligems')).toHaveLength(3);
    expect(world.smtp.mails).toHaveLength(2);
    expect(stage.receiver.output).toMatch(/already reported this action/);
  });

  test('a webhook for a second start soon after the recovered one is reported', async () => {
    const { intelligems } = stage;
    await stage.start();
    const { id } = intelligems.create();
    await stage.post();
    later();
    intelligems.act(id, 'start');
    await until(replies, (texts) => texts.length === 1);
    later();
    intelligems.act(id, 'pause');
    await stage.post(shifted(2));
    later();
    intelligems.act(id, 'start');
    await stage.post(shifted(2));
    await until(replies, (texts) => texts.length === 3);
    expect(replies().join('\n')).toMatch(/started.*paused.*started/s);
  });
});

describe('a deletion', () => {
  test('is found where Intelligems lists deleted experiences no longer, once', async () => {
    await stage.close();
    stage = await setStage({ now: () => now, deleted: 'gone' });
    Object.assign(stage.settings, {
      RECONCILE: 'deliver',
      RECONCILE_EVERY_SECONDS: '0.2',
      RECONCILE_GRACE_SECONDS: '0.1',
    });
    const { intelligems } = stage;
    await stage.start();
    later();
    intelligems.create();
    const { id } = intelligems.create({ name: 'Backpack price test' });
    await stage.post();
    later();
    intelligems.act(id, 'delete');
    await until(replies, (texts) => texts.length === 1);
    expect(replies()[0]).toMatch(/Backpack price test was deleted/);
    await stage.post(shifted(-40 * MINUTE));
    await stage.delivered('slack', 3);
    expect(replies()).toHaveLength(1);
  });
});

test(
  'of fifty experiences that lived on while the receiver was off, every action is known and reported exactly once',
  async () => {
    const { intelligems, world } = stage;
    await stage.start();
    const ids = Array.from({ length: 50 }, (_, index) => {
      later();
      return intelligems.create({ name: `Experience ${index + 1}` }).id;
    });
    const liveOn = (actions: readonly ('start' | 'pause' | 'end' | 'delete')[], which: readonly string[]) => {
      for (const id of which) {
        for (const action of actions) {
          later();
          intelligems.act(id, action);
        }
      }
    };
    // Each created before it is started: what is found started first has a reply more, that it was created.
    await Promise.all(intelligems.webhooks.map(({ body }) => stage.post(body)));
    liveOn(['start'], ids.slice(0, 40));
    await Promise.all(intelligems.webhooks.slice(50).map(({ body }) => stage.post(body)));
    await stage.receiver.stop();

    liveOn(['start'], ids.slice(40));
    liveOn(['pause', 'start'], ids.slice(0, 20));
    liveOn(['end'], ids.slice(10, 45));
    liveOn(['delete'], ids.slice(30));
    const missed = intelligems.webhooks.slice(90);
    await stage.start();
    await until(
      () => world.smtp.mails.length,
      (mails) => mails === 90 + missed.length,
      LONG_MS,
    );
    await Promise.all(missed.slice(0, 20).map(({ body }) => stage.post(body)));
    await until(
      () => world.sheets.spreadsheet.shown('Intelligems').length,
      (rows) => rows === 1 + 90 + missed.length,
      LONG_MS,
    );
    const replied = () => world.slack.inChannel().flatMap((card) => world.slack.replies(card));
    await until(
      () => replied().length,
      (count) => count >= 40 + missed.length,
      LONG_MS,
    );

    const events = await stored(stage);
    expect(lives(events.map((event) => ({ ...event, at: event.occurredAt ?? 0 })))).toEqual(
      lives(intelligems.webhooks.map((each) => ({ ...each, at: each.timestamp }))),
    );
    expect(world.slack.inChannel()).toHaveLength(50);
    expect(replied()).toHaveLength(40 + missed.length);
    expect(world.smtp.mails).toHaveLength(90 + missed.length);
    expect(world.sheets.spreadsheet.shown('Intelligems')).toHaveLength(1 + 90 + missed.length);
  },
  2 * LONG_MS,
);
