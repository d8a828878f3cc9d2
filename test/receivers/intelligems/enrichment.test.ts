import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseMail } from '../../fakes/smtp.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../../fakes/zapier-hooks.ts';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
});

afterEach(() => stage.close());

const NOOR = 'noor@alpine-goods.example';

describe('who caused an event', () => {
  test('who caused an event is filled in once Intelligems knows it, without a new message', async () => {
    await stage.close();
    let now = Date.now();
    stage = await setStage({ now: () => now, resolvesAfterMs: 60_000 });
    const { intelligems, world } = stage;
    await stage.start({ WHO_AFTER_SECONDS: '0.3' });
    const { id } = intelligems.create({ name: 'Backpack price test' });
    intelligems.act(id, 'start', NOOR);
    await stage.post();
    await Promise.all(['slack', 'sheets', 'email'].map((each) => stage.delivered(each, 1)));
    await until(
      () => intelligems.requests.length,
      (requests) => requests > 0,
    );
    expect(JSON.stringify(world.slack.inChannel()[0]?.blocks)).not.toContain(NOOR);
    now += 60_000;
    await until(
      () => JSON.stringify(world.slack.inChannel()[0]?.blocks),
      (blocks) => blocks?.includes(NOOR),
    );
    await until(
      () => world.sheets.spreadsheet.shown('Intelligems')[1]?.[5],
      (email) => email === NOOR,
    );
    expect(world.slack.inChannel()).toHaveLength(1);
    const [, row, ...more] = world.sheets.spreadsheet.shown('Intelligems');
    expect(row?.[5]).toBe(NOOR);
    expect(more).toEqual([]);
    expect(world.smtp.mails).toHaveLength(1);
  });

  describe('comes with the event to a Zap', () => {
    const KEY = 'a key for the Zapier app';
    let hooks: FakeZapierHooks;

    beforeEach(async () => {
      hooks = await startFakeZapierHooks();
    });

    afterEach(() => hooks.close());

    async function startWithZap(waitForWho: string, whoAfter = '0.1'): Promise<void> {
      await stage.start({
        WHO_AFTER_SECONDS: whoAfter,
        ZAPIER_API_KEY: KEY,
        ZAPIER_TARGET_HOSTS: '127.0.0.1',
        ZAPIER_WAIT_FOR_WHO_SECONDS: waitForWho,
      });
      await fetch(`${stage.receiver.url}/zapier/hooks`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ targetUrl: hooks.urlOf('zap'), actions: [] }),
      });
      const { id } = stage.intelligems.create();
      stage.intelligems.act(id, 'start', NOOR);
      await stage.post();
      await hooks.waitFor(1);
    }

    test.each([
      ['where it waits for it', '60', '0.1', NOOR],
      ['else without', '0', '60', null],
    ])('%s', async (_, waitForWho, whoAfter, email) => {
      await startWithZap(waitForWho, whoAfter);
      expect(JSON.parse(hooks.caught[0]?.content ?? '').triggered_by_email).toBe(email);
    });

    test('a Zap gets the event without who caused it if nobody knows in time', async () => {
      await stage.close();
      stage = await setStage({ resolvesAfterMs: 3_600_000 });
      await startWithZap('1');
      expect(JSON.parse(hooks.caught[0]?.content ?? '').triggered_by_email).toBeNull();
    });
  });

  test('is asked for and filled in after a restart, too', async () => {
    const { intelligems, world } = stage;
    const receiver = await stage.startProcess();
    const { id } = intelligems.create();
    intelligems.act(id, 'start', NOOR);
    await stage.post();
    await receiver.kill();
    await stage.start();
    await stage.delivered('intelligems-who', 1);
    await until(
      () =>
        world.sheets.spreadsheet.tabs.includes('Intelligems') &&
        world.sheets.spreadsheet.shown('Intelligems')[1]?.[5],
      (email) => email === NOOR,
    );
  });

  test('a Zap gets a start although nobody knows who created the experience', async () => {
    const { intelligems, world } = stage;
    await stage.start({ WHO_AFTER_SECONDS: '0.2' });
    const { id } = intelligems.create({}, null);
    await stage.post();
    await stage.receiver.printed(/"destination":"slack"[^\n]*"msg":"delivered"/);
    intelligems.act(id, 'start', NOOR);
    await stage.post();
    await stage.delivered('intelligems-who', 1);
    await until(
      () => JSON.stringify(world.slack.inChannel()[0]?.blocks),
      (blocks) => blocks?.includes(NOOR),
    );
    expect(stage.receiver.output).not.toContain('does not know who caused it');
  });

  test('comes with what an update changed, read from the change log if no earlier snapshot is known', async () => {
    const { intelligems, world } = stage;
    await stage.start({ WHO_AFTER_SECONDS: '0.2', UPDATE_QUIET_SECONDS: '0', SLACK_MODE: 'message' });
    const { id } = intelligems.create({ document: { description: 'Old hypothesis' } });
    intelligems.webhooks.length = 0;
    intelligems.update(id, { name: 'Renamed', document: { description: 'New hypothesis' } }, NOOR);
    await stage.post();
    const [card] = await until(
      () => world.slack.inChannel(),
      (posted) => posted.length > 0,
    );
    await until(
      () => JSON.stringify([world.slack.inChannel(), world.slack.replies(card!)]),
      (shown) => /hypothesis “Old hypothesis” → “New hypothesis”/.test(shown) && shown.includes(NOOR),
    );
  });

  test('Intelligems is not asked who caused an event that names the person', async () => {
    const { intelligems } = stage;
    await stage.start();
    const { id } = intelligems.create();
    intelligems.act(id, 'start', NOOR);
    const body = JSON.parse(intelligems.webhooks.at(-1)?.body ?? '');
    await stage.post(JSON.stringify({ ...body, triggeredBy: NOOR }));
    await stage.delivered('slack', 1);
    expect(intelligems.requests).toEqual([]);
  });

  test('who caused an event stays open if Intelligems never knows it, and nothing is lost if the token is refused', async () => {
    const { intelligems } = stage;
    await stage.start({ WHO_AFTER_SECONDS: '0.01', INTELLIGEMS_ACCESS_TOKEN: 'wrong' });
    const { id } = intelligems.create();
    intelligems.act(id, 'start', null);
    await stage.post();
    await stage.receiver.printed(/Intelligems does not accept the access token/);
    await stage.delivered('slack', 1);
    await stage.receiver.stop();
    await stage.start({ INTELLIGEMS_ACCESS_TOKEN: intelligems.token });
    await stage.receiver.printed(/Intelligems does not know who caused it/);
  });
});

describe('what came of an experience', () => {
  test('is fetched when it has ended, asked for again while not ready, and shown on card, row and in a report', async () => {
    const { intelligems, world } = stage;
    await stage.start({ RESULTS_TO: 'email,sheets' });
    const { id, variations } = intelligems.create({ name: 'Backpack price test', currency: 'EUR' });
    intelligems.act(id, 'start');
    await stage.post();
    intelligems.act(id, 'end');
    await stage.post();
    await until(
      () => intelligems.requests.filter(({ path }) => path.includes('analytics')).length,
      (times) => times >= 2,
    );
    intelligems.measure(id, {
      verdict: 'strong_win',
      runtimeDays: 14,
      measured: [
        { visitors: 5000, orders: 150, revenue: 7500, profit: 2500 },
        { visitors: 5000, orders: 200, revenue: 10_400, profit: 3600 },
      ],
      monthlyRevenueIncrease: 8200,
    });

    const report = await until(
      () => world.smtp.mails.at(-1),
      (mail) => /Results of/.test(mail?.raw.toString() ?? ''),
    );
    const { text } = await parseMail(report!);
    expect(text).toMatch(/Strong win/);
    expect(text).toContain(`“${variations[1]?.name}” probably beats the control`);
    expect(text).toContain('€2.08');
    expect(text).toContain('+€8,200 revenue per month');
    await until(
      () => JSON.stringify(world.slack.inChannel()[0]?.blocks),
      (blocks) => blocks.includes('Strong win'),
    );
    const [headers, row] = await until(
      () => world.sheets.spreadsheet.shown('Experiences'),
      (shown) => shown[1]?.includes('Strong win') === true,
    );
    expect(row?.[headers?.indexOf('Best Variation') ?? -1]).toBe(variations[1]?.name);
    expect(world.slack.inChannel()).toHaveLength(1);
  });

  test('results that are not ready in time are reported as they are', async () => {
    const { intelligems, world } = stage;
    await stage.start({ RESULTS_PATIENCE_HOURS: '0' });
    const { id } = intelligems.create();
    intelligems.act(id, 'start');
    intelligems.act(id, 'end');
    await stage.post();
    const mail = await until(
      () => world.smtp.mails.at(-1),
      (each) => /Results of/.test(each?.raw.toString() ?? ''),
    );
    expect((await parseMail(mail!)).text).toMatch(/Not ready yet.*too early to name a winner/s);
  });
});

test('without an access token nothing is asked and nothing else changes', async () => {
  const { intelligems } = stage;
  await stage.start({ INTELLIGEMS_ACCESS_TOKEN: '', RECONCILE: 'deliver' });
  const { id } = intelligems.create();
  intelligems.act(id, 'start');
  intelligems.act(id, 'end');
  await stage.post();
  await Promise.all(['slack', 'sheets', 'email', 'http'].map((each) => stage.delivered(each, 1)));
  expect(intelligems.requests).toEqual([]);
});
